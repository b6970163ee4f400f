import { logOf, toError } from "auxbus";
import { NetDevices } from "@auxbus/netdev";
import { plugAuxDev, unplugAuxDev } from "./idc.ts";
import type { IcePf } from "./pf.ts";

/** Does the reset that was asked for: RDMA goes first and comes back last, and only when all went well. */
export async function resetSubtask(pf: IcePf): Promise<void> {
  const level = pf.pendingReset;
  if (level === null) return;
  pf.resetting = true;
  pf.pendingReset = null;
  try {
    logOf(pf.device, "info", `${level} reset requested`);
    await prepareForReset(pf);
    await pf.nic.reset(level);
    await rebuild(pf);
  } catch (error) {
    pf.resetFailed = true;
    logOf(pf.device, "error", "Rebuild failed, unload and reload driver", error);
  } finally {
    pf.resetting = false;
  }
  await replug(pf);
}

/** After a reset, RDMA comes back last. */
export async function replug(pf: IcePf): Promise<void> {
  try {
    await plugAuxDev(pf);
  } catch (error) {
    logOf(pf.device, "warn", `RDMA does not come back: ${toError(error).message}`, error);
  }
}

export async function prepareForReset(pf: IcePf): Promise<void> {
  await unplugAuxDev(pf);
  await NetDevices.of(pf.core).rtnl.run(() => {
    pf.netdev?.detach();
    pf.nic.port.onFrame = null;
  });
}

export async function rebuild(pf: IcePf): Promise<void> {
  await NetDevices.of(pf.core).rtnl.run(() => {
    const dev = pf.netdev;
    dev?.attach();
    dev?.setCarrier(pf.nic.port.linkUp);
    if (dev?.up === true) pf.nic.port.onFrame = (frame) => dev.receive(frame);
  });
}
