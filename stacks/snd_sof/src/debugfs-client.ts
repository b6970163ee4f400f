import { BusError, type Device, errnoOf } from "auxbus";
import type { SofClient } from "./client-api.ts";

/** Milliseconds after its last use that a client lets the DSP sleep. */
const AUTOSUSPEND_DELAY = 3000;

/** Lets a client's device follow its use: what each client's probe does. */
export function enableClientPm(device: Device): void {
  const pm = device.runtimePm;
  pm.setAutosuspendDelay(AUTOSUSPEND_DELAY);
  pm.useAutosuspend(true);
  pm.setActive();
  pm.enable();
  pm.markLastBusy();
  // Nobody waits for it, and that it cannot idle now is no error.
  void pm.idle().catch(() => undefined);
}

/** Boots the DSP if it sleeps, and keeps it awake until the result is called. That runtime PM is off is no obstacle. */
export async function keepDspAwake(device: Device): Promise<() => void> {
  const pm = device.runtimePm;
  try {
    await pm.resumeAndGet();
  } catch (error) {
    if (errnoOf(error) !== "EACCES") throw error;
    return () => undefined;
  }
  return () => {
    pm.markLastBusy();
    pm.putAutosuspend();
  };
}

/** Runs `fn` with the DSP awake. */
export async function withDspAwake<T>(device: Device, fn: () => Promise<T>): Promise<T> {
  const letSleep = await keepDspAwake(device);
  try {
    return await fn();
  } finally {
    letSleep();
  }
}

/** What opening a client's file checks. @throws {BusError} `ENODEV` the firmware has crashed */
export function refuseCrashed(client: SofClient): void {
  if (client.fwState === "CRASHED") {
    throw new BusError("ENODEV", "the DSP's firmware has crashed; suspend and resume it, or bind its driver anew", {
      op: "open",
    });
  }
}
