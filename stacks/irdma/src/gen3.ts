import { type AuxiliaryDriver, BusError, defineIsolableDriver, driverDataOf, type Remote } from "auxbus";
import type { IdpfCoreFunction, IdpfVportFunction } from "@auxbus/idpf";
import { IrdmaDevice } from "./device.ts";
import type { Registry } from "./registry.ts";

/** What the driver of a core slice has for those of its ports. */
interface Core {
  /** The function will be reset. */
  reset: boolean;
  readonly devices: Set<IrdmaDevice>;
}

/** The core slices that are bound, by their ids. */
export type Cores = Map<number, Core>;

/** The core slice of an idpf function: while it is bound, the function's ports have slices. */
export function coreDriver(cores: Cores): AuxiliaryDriver {
  return defineIsolableDriver({
    name: "core",
    idTable: [{ name: "idpf.8086.rdma.core", contract: "^1.0.0" }],

    async probe(device) {
      const fn: Remote<IdpfCoreFunction> = device.shared;
      const id = await fn.coreId;
      cores.set(id, { reset: false, devices: new Set() });
      device.driverData = id;
      try {
        // The ports' slices appear, and are bound, from inside of this probe.
        await fn.vportDevCtrl(true);
      } catch (error) {
        cores.delete(id);
        throw error;
      }
    },

    async remove(device) {
      await device.shared.vportDevCtrl(false);
      if (typeof device.driverData === "number") cores.delete(device.driverData);
    },

    handlers: {
      event(device) {
        const core = typeof device.driverData === "number" ? cores.get(device.driverData) : undefined;
        if (core === undefined) return;
        core.reset = true;
        for (const irdma of core.devices) irdma.reset = true;
      },
    },
  });
}

/** The slice of a virtual port: an RDMA device. */
export function vdevDriver(cores: Cores, registry: Registry): AuxiliaryDriver {
  return defineIsolableDriver({
    name: "vdev",
    idTable: [{ name: "idpf.8086.rdma.vdev", contract: "^1.0.0" }],

    async probe(device) {
      const fn: Remote<IdpfVportFunction> = device.shared;
      const core = cores.get(await fn.coreId);
      const netdev = await fn.netdev();
      if (core === undefined || netdev === null) {
        throw new BusError("ENODEV", "the core slice has no driver, or the port no network device", {
          op: "probe",
          device: device.name,
        });
      }
      const [parent, hw, mac, mtu] = [await fn.device, await fn.hw, await fn.mac, await fn.mtu()];
      const irdma = await IrdmaDevice.probe({ core: device.core, parent, hw, mac, netdev, protocol: "roce", mtu });
      core.devices.add(irdma);
      await registry.add(irdma);
      device.driverData = new Vdev(irdma, core);
    },

    async remove(device) {
      const { irdma, core } = driverDataOf(device, Vdev);
      core.devices.delete(irdma);
      await registry.remove(irdma);
    },

    handlers: {
      mtuChanged(device, mtu) {
        driverDataOf(device, Vdev).irdma.mtu = mtu;
      },
    },
  });
}

/** What the driver keeps of a port's slice. */
class Vdev {
  readonly irdma: IrdmaDevice;
  readonly core: Core;

  constructor(irdma: IrdmaDevice, core: Core) {
    this.irdma = irdma;
    this.core = core;
  }
}
