import { logOf } from "auxbus";
import { NetDevices } from "@auxbus/netdev";
import { IIDC_EVENT } from "./api.ts";
import { plugAuxDev, sendEvent, unplugAuxDev } from "./idc.ts";
import type { IcePf } from "./pf.ts";
import { resetSubtask } from "./reset.ts";

/** The service task: whatever must not be done where it was asked for, in this order. */
export async function serviceTask(pf: IcePf): Promise<void> {
  await resetSubtask(pf);
  // It is scheduled again when that has ended.
  if (pf.resetting || pf.suspended || pf.resetFailed) return;
  if (pf.oicrErrors !== 0) {
    // Swapped out: one event for all that has come.
    const event = { type: IIDC_EVENT.CRIT_ERR, reg: pf.oicrErrors, critErr: pf.critErr };
    pf.oicrErrors = 0;
    await sendEvent(pf, event);
  }
  if (pf.flags.delete("UNPLUG_AUX_DEV")) await unplugAuxDev(pf);
  if (pf.flags.delete("PLUG_AUX_DEV")) {
    await plugAuxDev(pf).catch((error: unknown) => logOf(pf.device, "warn", "RDMA could not be set up", error));
  }
  if (pf.flags.delete("MTU_CHANGED")) await sendEvent(pf, { type: IIDC_EVENT.AFTER_MTU_CHANGE, reg: 0, critErr: 0 });
}

/** The other end wants other traffic classes: the RDMA driver stops before, and goes on after. */
export async function changeTrafficClasses(pf: IcePf, classes: number): Promise<void> {
  if (classes === pf.classes) return;
  await sendEvent(pf, { type: IIDC_EVENT.BEFORE_TC_CHANGE, reg: 0, critErr: 0 });
  await NetDevices.of(pf.core).rtnl.run(() => {
    pf.classes = classes;
  });
  await sendEvent(pf, { type: IIDC_EVENT.AFTER_TC_CHANGE, reg: 0, critErr: 0 });
}
