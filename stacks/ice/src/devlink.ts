import { BusError } from "auxbus";
import type { DevlinkOps, RuntimeParam } from "@auxbus/devlink";
import { plugAuxDev, unplugAuxDev } from "./idc.ts";
import type { IcePf } from "./pf.ts";
import { prepareForReset, rebuild, replug } from "./reset.ts";

const PROTOCOLS = {
  roce: { name: "RoCEv2", other: "iwarp" },
  iwarp: { name: "iWARP", other: "roce" },
} as const;

/** `enable_roce` and `enable_iwarp`: at once, and not both. */
export function rdmaParams(pf: IcePf): RuntimeParam[] {
  return (["roce", "iwarp"] as const).map((protocol) => ({
    name: `enable_${protocol}`,
    cmode: "runtime",
    get: () => pf.rdmaMode[protocol],
    validate(value) {
      if (!pf.rdmaEnabled) throw new BusError("EOPNOTSUPP", "RDMA is not enabled on this device", { op: "param set" });
      const { name, other } = PROTOCOLS[protocol];
      if (value !== true || !pf.rdmaMode[other]) return;
      const wanted = protocol === "iwarp" ? "iWARP and RoCEv2" : "RoCEv2 and iWARP";
      throw new BusError(
        "EOPNOTSUPP",
        `${PROTOCOLS[other].name} is currently enabled. This device cannot enable ${wanted} simultaneously`,
        { op: "param set", device: `${pf.name} ${name}` },
      );
    },
    async set(value) {
      if (value !== true) {
        await unplugAuxDev(pf);
        pf.rdmaMode[protocol] = false;
        return;
      }
      pf.rdmaMode[protocol] = true;
      try {
        await plugAuxDev(pf);
      } catch (error) {
        pf.rdmaMode[protocol] = false;
        throw error;
      }
    },
  }));
}

/** Only the firmware can be activated: the card is reset with all its functions. */
export function iceDevlinkOps(pfOf: () => IcePf): DevlinkOps {
  return {
    reload: {
      actions: ["fw_activate"],
      async down() {
        const pf = pfOf();
        if (pf.resetting) throw new BusError("EBUSY", "Reset already in progress", { op: "reload", device: pf.name });
        pf.resetting = true;
        await prepareForReset(pf);
      },
      async up() {
        const pf = pfOf();
        try {
          await pf.nic.reset("emp");
          await rebuild(pf);
        } catch (error) {
          pf.resetFailed = true;
          throw error;
        } finally {
          pf.resetting = false;
        }
        await replug(pf);
        return ["fw_activate"];
      },
    },
  };
}
