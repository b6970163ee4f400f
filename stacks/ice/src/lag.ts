import { NetDevices } from "@auxbus/netdev";
import type { IcePf } from "./pf.ts";

/** Watches whether the function's network device is bonded: then it has no RDMA. @returns what ends it */
export function watchBonding(pf: IcePf): Disposable {
  return NetDevices.of(pf.core).subscribe(({ type, dev, upper }) => {
    if (type !== "CHANGEUPPER" || dev.name !== pf.netdev?.name || upper === undefined) return;
    // Under the RTNL: only flags; the service task does it.
    if (upper.linking) {
      pf.flags.delete("PLUG_AUX_DEV");
      pf.rdmaEnabled = false;
      pf.request("UNPLUG_AUX_DEV");
    } else if (pf.auxId !== null && pf.nic.caps.rdmaVectors > 0) {
      pf.rdmaEnabled = true;
      pf.request("PLUG_AUX_DEV");
    }
  });
}
