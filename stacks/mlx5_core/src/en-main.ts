import { type AuxiliaryDriver, BusError, defineAuxiliaryDriver, driverDataOf, logOf } from "auxbus";
import { NetDevices } from "@auxbus/netdev";
import type { Mlx5CoreDev, Uplink } from "./mdev.ts";

declare module "auxbus" {
  interface Contracts {
    // Drivers of this module: they get the whole function.
    "mlx5_core.eth": { readonly shared: Mlx5CoreDev };
    "mlx5_core.eth-rep": { readonly shared: Mlx5CoreDev };
  }
}

/** Index of the devlink port of a function's uplink. */
const UPLINK_PORT = 0xffff;

/** What the driver keeps of a device. */
class Mlx5ePriv {
  readonly mdev: Mlx5CoreDev;
  readonly uplink: Uplink;
  readonly listening: Disposable;
  opened = false;

  constructor(mdev: Mlx5CoreDev, uplink: Uplink, listening: Disposable) {
    this.mdev = mdev;
    this.uplink = uplink;
    this.listening = listening;
  }
}

/**
 * The Ethernet driver: a network device for each function. It can be suspended and resumed by its function, which
 * keeps the network device.
 */
export const ethDriver: AuxiliaryDriver = defineAuxiliaryDriver({
  name: "eth",
  idTable: [{ name: "mlx5_core.eth" }],

  async probe(device) {
    const mdev = device.shared;
    const netdevs = NetDevices.of(device.core);
    const { ports } = mdev.devlink;
    let priv: Mlx5ePriv | null = null;
    ports.register({
      index: UPLINK_PORT,
      flavour: mdev.kind === "SF" ? "pcisf" : mdev.kind === "VF" ? "pcivf" : "physical",
      netdev: () => mdev.uplink?.dev.name ?? null,
    });
    try {
      const dev = await netdevs.register({
        name: "eth%d",
        parent: mdev.device,
        mac: mdev.hca.mac,
        ops: {
          open: () => open(priv, true),
          stop: () => open(priv, false),
          xmit: (frame) => mdev.hca.transmit(frame),
        },
      });
      const uplink: Uplink = { dev, profile: "nic" };
      const listening = mdev.subscribe((event) => {
        if (event.type === "PORT_UP" || event.type === "PORT_DOWN") dev.setCarrier(event.type === "PORT_UP");
      });
      priv = new Mlx5ePriv(mdev, uplink, listening);
      device.driverData = priv;
      dev.setCarrier(mdev.hca.linkUp);
      mdev.uplink = uplink;
      mdev.notify({ type: "UPLINK_NETDEV", netdev: dev.name });
    } catch (error) {
      ports.unregister(UPLINK_PORT);
      throw error;
    }
  },

  async remove(device) {
    const { mdev, uplink, listening } = driverDataOf(device, Mlx5ePriv);
    listening[Symbol.dispose]();
    mdev.uplink = null;
    mdev.notify({ type: "UPLINK_NETDEV", netdev: null });
    await NetDevices.of(device.core).unregister(uplink.dev);
    mdev.devlink.ports.unregister(UPLINK_PORT);
  },

  /** @throws {BusError} `ENODEV` it sleeps already */
  async suspend(device) {
    const priv = driverDataOf(device, Mlx5ePriv);
    const { dev } = priv.uplink;
    if (!dev.present)
      throw new BusError("ENODEV", `${dev.name} sleeps already`, { op: "suspend", device: device.name });
    await NetDevices.of(device.core).rtnl.run(() => {
      if (priv.opened) open(priv, false);
      dev.detach();
    });
  },

  async resume(device) {
    const priv = driverDataOf(device, Mlx5ePriv);
    const { dev } = priv.uplink;
    if (dev.present) return;
    await NetDevices.of(device.core).rtnl.run(() => {
      dev.attach();
      dev.setCarrier(priv.mdev.hca.linkUp);
      if (dev.up) open(priv, true);
    });
  },
});

/** Begins or ends to take frames. */
function open(priv: Mlx5ePriv | null, wanted: boolean): void {
  if (priv === null) return;
  const { mdev, uplink } = priv;
  if (wanted && mdev.state !== "UP") {
    throw new BusError("ENXIO", `${uplink.dev.name}: the device is in error`, { op: "open", device: mdev.name });
  }
  priv.opened = wanted;
  mdev.hca.onFrame = wanted ? (frame) => uplink.dev.receive(frame) : null;
  logOf(uplink.dev, "debug", wanted ? "queues are open" : "queues are closed");
}
