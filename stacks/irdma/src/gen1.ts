import { type AuxiliaryDriver, BusError, defineIsolableDriver, type Remote } from "auxbus";
import type { I40eInfo } from "@auxbus/i40e";
import { IrdmaDevice } from "./device.ts";
import type { Registry } from "./registry.ts";

/**
 * RDMA over i40e. Its probe only says that it is there: the function's service task opens it when the port can be
 * used, and closes it around resets, while the slice stays bound.
 */
export function gen1Driver(registry: Registry): AuxiliaryDriver {
  return defineIsolableDriver({
    name: "gen_1",
    idTable: [{ name: "i40e.iwarp", contract: "^1.0.0" }],

    async probe(device) {
      const info: Remote<I40eInfo> = device.shared;
      const { core, name } = device;
      let irdma: IrdmaDevice | null = null;
      await info.register({
        async open() {
          const netdev = await info.netdev();
          if (netdev === null)
            throw new BusError("EIO", "the function has no network device", { op: "open", device: name });
          const base = await info.msixBase;
          await info.setupQvlist(Array.from({ length: await info.msixCount }, (_, i) => base + i));
          const { mtu } = await info.params();
          const [parent, hw, mac] = [await info.device, await info.hw, await info.lanmac];
          irdma = await IrdmaDevice.probe({ core, parent, hw, mac, netdev, protocol: "iwarp", mtu });
          await registry.add(irdma);
        },
        async close(reset) {
          const open = irdma;
          irdma = null;
          if (open === null) {
            core.log.warn(`${name}: there is no RDMA device to close`, { device: name });
            return;
          }
          open.reset = reset;
          await registry.remove(open);
        },
        l2ParamChange({ mtu }) {
          if (irdma !== null) irdma.mtu = mtu;
        },
      });
    },

    remove: async (device) => device.shared.unregister(),
  });
}
