import {
  AsyncDisposer,
  type AuxiliaryDriver,
  BusError,
  defineIsolableDriver,
  driverDataOf,
  type IsolableDevice,
  toError,
} from "auxbus";
import { NetDevices } from "@auxbus/netdev";
import { Rdma } from "@auxbus/rdma";
import { IbDev } from "./ib-dev.ts";
import type { Multiport } from "./multiport.ts";

const CONTRACT = "^1.0.0";

async function probeIbDev(
  device: IsolableDevice<"mlx5_core.rdma"> | IsolableDevice<"mlx5_core.rdma-rep">,
  ports: number,
): Promise<IbDev> {
  try {
    return await IbDev.probe({
      fn: device.shared,
      rdma: Rdma.of(device.core),
      netdevs: NetDevices.of(device.core),
      ports,
    });
  } catch (error) {
    // As in the kernel, whatever the cause was; the log has it.
    const { message } = toError(error);
    device.core.log.error(`${device.name}: an RDMA device could not be set up: ${message}`, { error });
    throw new BusError("ENOMEM", message, { op: "probe", device: device.name, cause: error });
  }
}

/** RDMA devices of functions. With a second port, when another function of the card is its slave. */
export function rdmaDriver(multiport: Multiport): AuxiliaryDriver {
  return defineIsolableDriver({
    name: "rdma",
    idTable: [{ name: "mlx5_core.rdma", contract: CONTRACT }],

    async probe(device) {
      const dev = await probeIbDev(device, 2);
      const { systemImageGuid, kind } = await device.shared.identity;
      const removed = await multiport.addMaster(systemImageGuid, kind, dev);
      device.driverData = new AsyncDisposer(async () => {
        await removed();
        await dev.remove();
      });
    },

    remove: (device) => driverDataOf(device, AsyncDisposer)[Symbol.asyncDispose](),
  });
}

/** RDMA on the eswitch: a device for the wire, which is there while its representor is loaded. */
export const repDriver: AuxiliaryDriver = defineIsolableDriver({
  name: "rep",
  idTable: [{ name: "mlx5_core.rdma-rep", contract: CONTRACT }],

  async probe(device) {
    let dev: IbDev | null = null;
    const registration = await device.shared.registerReps({
      async load({ kind }) {
        // Functions behind the eswitch have their own devices; theirs on this side are ports without traffic.
        if (kind === "uplink") dev = await probeIbDev(device, 1);
      },
      async unload({ kind }) {
        if (kind !== "uplink") return;
        await dev?.remove();
        dev = null;
      },
    });
    device.driverData = new AsyncDisposer(() => registration[Symbol.asyncDispose]());
  },

  remove: (device) => driverDataOf(device, AsyncDisposer)[Symbol.asyncDispose](),
});

/** Functions whose port belongs to another function's RDMA device. */
export function multiportDriver(multiport: Multiport): AuxiliaryDriver {
  return defineIsolableDriver({
    name: "multiport",
    idTable: [{ name: "mlx5_core.multiport", contract: CONTRACT }],

    async probe(device) {
      const { systemImageGuid, kind } = await device.shared.identity;
      device.driverData = new AsyncDisposer(await multiport.addSlave(systemImageGuid, kind, device.shared));
    },

    remove: (device) => driverDataOf(device, AsyncDisposer)[Symbol.asyncDispose](),
  });
}
