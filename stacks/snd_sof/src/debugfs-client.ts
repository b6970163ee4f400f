import { BusError, errnoOf, type IsolableDevice, type Remote } from "auxbus";
import type { SofClient } from "./client-api.ts";

/** Milliseconds after its last use that a client lets the DSP sleep. */
const AUTOSUSPEND_DELAY = 3000;

type WithPm = Pick<IsolableDevice, "runtimePm">;

/** Lets a client's device follow its use: what each client's probe does. */
export async function enableClientPm({ runtimePm: pm }: WithPm): Promise<void> {
  await pm.setAutosuspendDelay(AUTOSUSPEND_DELAY);
  await pm.useAutosuspend(true);
  await pm.setActive();
  await pm.enable();
  await pm.markLastBusy();
  // Nobody waits for it, and that it cannot idle now is no error.
  void pm.idle().catch(() => undefined);
}

/** Boots the DSP if it sleeps, and keeps it awake until the result is called. That runtime PM is off is no obstacle. */
export async function keepDspAwake({ runtimePm: pm }: WithPm): Promise<() => Promise<void>> {
  try {
    await pm.resumeAndGet();
  } catch (error) {
    if (errnoOf(error) !== "EACCES") throw error;
    return () => Promise.resolve();
  }
  return async () => {
    await pm.markLastBusy();
    await pm.putAutosuspend();
  };
}

/** Runs `fn` with the DSP awake. */
export async function withDspAwake<T>(device: WithPm, fn: () => Promise<T>): Promise<T> {
  const letSleep = await keepDspAwake(device);
  try {
    return await fn();
  } finally {
    await letSleep();
  }
}

/** What opening a client's file checks. @throws {BusError} `ENODEV` the firmware has crashed */
export async function refuseCrashed(client: Remote<SofClient>): Promise<void> {
  if ((await client.fwState) === "CRASHED") {
    throw new BusError("ENODEV", "the DSP's firmware has crashed; suspend and resume it, or bind its driver anew", {
      op: "open",
    });
  }
}
