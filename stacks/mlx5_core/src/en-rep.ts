import { type AuxiliaryDriver, BusError, defineAuxiliaryDriver } from "auxbus";
import { type NetDevice, NetDevices } from "@auxbus/netdev";
import type { Mlx5Rep } from "./api.ts";
import type { Mlx5CoreDev } from "./mdev.ts";

/**
 * The driver of Ethernet representors. The uplink's needs no network device of its own: the function's becomes it.
 */
export const ethRepDriver: AuxiliaryDriver = defineAuxiliaryDriver({
  name: "eth-rep",
  idTable: [{ name: "mlx5_core.eth-rep" }],

  async probe(device) {
    const mdev = device.shared;
    const netdevs = NetDevices.of(device.core);
    const reps = new Map<number, NetDevice>();
    await eswitchOf(mdev).registerReps("eth", {
      async load(rep) {
        if (rep.kind === "uplink") {
          setProfile(mdev, "uplink_rep");
          return;
        }
        reps.set(rep.vport, await registerRep(mdev, netdevs, rep));
      },
      async unload({ kind, vport }) {
        if (kind === "uplink") setProfile(mdev, "nic");
        const dev = reps.get(vport);
        reps.delete(vport);
        if (dev !== undefined) await netdevs.unregister(dev);
      },
    });
  },

  remove: (device) => eswitchOf(device.shared).unregisterReps("eth"),
});

function eswitchOf(mdev: Mlx5CoreDev): NonNullable<Mlx5CoreDev["eswitch"]> {
  if (mdev.eswitch !== null) return mdev.eswitch;
  throw new BusError("EOPNOTSUPP", `${mdev.name} has no eswitch`, { op: "eth-rep", device: mdev.name });
}

/** Without a network device there is no uplink to be represented, and the eswitch does not come up. */
function setProfile(mdev: Mlx5CoreDev, profile: "nic" | "uplink_rep"): void {
  if (mdev.uplink !== null) mdev.uplink.profile = profile;
  else if (profile === "uplink_rep") {
    throw new BusError("EOPNOTSUPP", `${mdev.name} has no network device for the uplink`, { op: "rep load" });
  }
}

async function registerRep(mdev: Mlx5CoreDev, netdevs: NetDevices, { vport }: Mlx5Rep): Promise<NetDevice> {
  const sf = mdev.hca.subFunctions;
  const dev = await netdevs.register({
    name: repName(mdev, sf.state(vport).sfnum),
    parent: mdev.device,
    mac: mdev.hca.mac.replace(/^b8/, "ba"),
    ops: {
      // What is sent to the representor comes in at the function that it represents.
      xmit(frame) {
        const receive = sf.hca(vport)?.onFrame;
        if (receive == null) return false;
        mdev.core.runtime.defer(() => receive(frame));
        return true;
      },
    },
  });
  dev.setCarrier(true);
  return dev;
}

/** The name that udev gives it, by the slot and the port's name: `enp8s0f0npf0sf88`. */
function repName({ device, hca }: Mlx5CoreDev, sfnum: number): string {
  const [, bus, slot, fn] = /^[0-9a-f]{4}:([0-9a-f]{2}):([0-9a-f]{2})\.(\d)$/.exec(device.name) ?? [];
  const place =
    bus === undefined ? device.name : `p${Number.parseInt(bus, 16)}s${Number.parseInt(slot ?? "0", 16)}f${fn ?? ""}`;
  return `en${place}npf${hca.port}sf${sfnum}`;
}
