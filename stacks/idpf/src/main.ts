import { BusError, DelayedWork, type DriverCore, IdAllocator, logOf } from "auxbus";
import { type NetDevice, NetDevices } from "@auxbus/netdev";
import type { PciDevice, PciDriver } from "@auxbus/pci";
import { IntelNic, type IntelVport } from "@auxbus/sim_intel_nic";
import { Idc } from "./idc.ts";

const INTEL = 0x8086;
const IDPF_PF = 0x1452;

interface Adapter {
  readonly nic: IntelNic;
  readonly netdevs: NetDevice[];
  readonly idc: Idc;
  readonly reset: DelayedWork;
  readonly mtuWork: DelayedWork;
  /** Ports whose MTU has changed, and whose RDMA driver has not been told. */
  readonly mtuChanged: Set<number>;
}

/** The PCI driver of infrastructure data path functions. */
export function pciDriver(core: DriverCore): PciDriver {
  const ids = new IdAllocator();
  const netdevs = NetDevices.of(core);
  const adapters = new WeakMap<PciDevice, Adapter>();

  return {
    name: "idpf",
    idTable: [{ vendor: INTEL, device: IDPF_PF }],

    async probe(device) {
      const { hardware } = device;
      if (!(hardware instanceof IntelNic) || hardware.model !== "e2100") {
        throw new BusError("ENODEV", `${device.name} is no function that this driver knows`, {
          op: "probe",
          device: device.name,
        });
      }
      const adapter = makeAdapter(device, hardware);
      adapters.set(device, adapter);
      try {
        for (const [i, vport] of hardware.vports.entries())
          adapter.netdevs.push(await registerNetdev(device, adapter, vport, i));
        hardware.onEvent = (event) => {
          if (event.type === "link")
            for (const [i, dev] of adapter.netdevs.entries()) dev.setCarrier(hardware.vports[i]?.linkUp === true);
        };
        if (hardware.caps.rdma) await adapter.idc.init();
      } catch (error) {
        await takeDown(device, adapter);
        throw error;
      }
    },

    async remove(device) {
      const adapter = adapters.get(device);
      if (adapter !== undefined) await takeDown(device, adapter);
    },
  };

  function makeAdapter(device: PciDevice, nic: IntelNic): Adapter {
    const names: NetDevice[] = [];
    const changed = new Set<number>();
    const reset = new DelayedWork(core, () => resetFunction(device, adapter));
    const mtuWork = new DelayedWork(core, async () => {
      for (const vport of changed) {
        changed.delete(vport);
        await adapter.idc.mtuChanged(vport, names[vport]?.mtu ?? 0);
      }
    });
    const adapter: Adapter = {
      nic,
      netdevs: names,
      idc: new Idc({ device, nic, ids, netdevs: names, requestReset: () => reset.schedule() }),
      reset,
      mtuWork,
      mtuChanged: changed,
    };
    return adapter;
  }

  async function registerNetdev(device: PciDevice, adapter: Adapter, vport: IntelVport, i: number): Promise<NetDevice> {
    const dev = await netdevs.register({
      name: "eth%d",
      parent: device,
      mac: vport.mac,
      ops: {
        open() {
          vport.onFrame = (frame) => dev.receive(frame);
        },
        stop() {
          vport.onFrame = null;
        },
        xmit: (frame) => vport.transmit(frame),
        // Told later: not under the RTNL.
        changeMtu() {
          adapter.mtuChanged.add(i);
          adapter.mtuWork.schedule();
        },
      },
    });
    dev.setCarrier(vport.linkUp);
    return dev;
  }

  /** RDMA is warned, goes, and comes back with the function. */
  async function resetFunction(device: PciDevice, adapter: Adapter): Promise<void> {
    await adapter.idc.warnReset();
    await adapter.idc.deinit();
    await netdevs.rtnl.run(() => {
      for (const dev of adapter.netdevs) dev.detach();
    });
    try {
      await adapter.nic.reset("pf");
    } catch (error) {
      logOf(device, "error", "reset failed", error);
      return;
    }
    await netdevs.rtnl.run(() => {
      for (const dev of adapter.netdevs) dev.attach();
    });
    await adapter.idc.init();
  }

  async function takeDown(device: PciDevice, adapter: Adapter): Promise<void> {
    await adapter.reset.disable();
    await adapter.mtuWork.disable();
    adapter.nic.onEvent = null;
    await adapter.idc.deinit();
    for (const dev of adapter.netdevs.toReversed()) await netdevs.unregister(dev);
    adapters.delete(device);
  }
}
