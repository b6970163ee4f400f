import { type AuxiliaryDriver, BusError, defineIsolableDriver, type Remote } from "auxbus";
import type { Mlx5VnetFunction } from "@auxbus/mlx5_core";
import { Vdpa } from "@auxbus/vdpa";

/** A function's virtqueues as a vDPA device: at most one for each function. */
export const driver: AuxiliaryDriver = defineIsolableDriver({
  name: "vnet",
  idTable: [{ name: "mlx5_core.vnet", contract: "^1.0.0" }],

  async probe(device, _id, { resources }) {
    const fn: Remote<Mlx5VnetFunction> = device.shared;
    const [handle, parent, pairs] = [await fn.handle, await fn.device, await fn.maxVirtqPairs];
    const { mac } = await fn.identity;
    let made: string | null = null;
    const mgmtdev = await Vdpa.of(device.core).mgmtdevRegister({
      handle,
      parent,
      // And the control queue.
      maxVqs: 2 * pairs + 1,
      attributes: ["mac", "maxVqp", "mtu"],
      async devAdd(name, config) {
        if (made !== null) {
          throw new BusError("ENOSPC", `${handle} has its vDPA device, ${made}, already`, { op: "dev add" });
        }
        const maxVqp = config.maxVqp ?? pairs;
        if (!Number.isInteger(maxVqp) || maxVqp < 1 || maxVqp > pairs) {
          throw new BusError("EINVAL", `${handle} has 1 to ${pairs} pairs of virtqueues, not ${maxVqp}`, {
            op: "dev add",
          });
        }
        await fn.createVirtq();
        made = name;
        const { linkUp } = await fn.use();
        return { mac: config.mac ?? mac, mtu: config.mtu ?? 1500, maxVqp, linkUp };
      },
      async devDel() {
        made = null;
        await fn.destroyVirtq();
      },
    });
    resources.use(mgmtdev);
  },
});
