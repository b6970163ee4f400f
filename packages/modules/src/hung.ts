import type { Done, DriverCore } from "auxbus";

/** Milliseconds; the kernel's hung-task detector waits for twice as long. */
const PATIENCE = 60_000;

/**
 * Waits for what a module does, however long that takes, and says in the log each minute that it is waited for: a
 * module cannot be stopped in the middle, but whoever looks why nothing goes on is to find out.
 *
 * @param what begins the line: `module snd_sof: its init`
 */
export async function waitFor(core: DriverCore, what: string, done: Done): Promise<void> {
  if (done === undefined) return;
  let minutes = 0;
  const again = (): void => {
    core.log.warn(`${what} has not ended for ${((++minutes * PATIENCE) / 1000).toFixed(0)} seconds; it is waited for`);
    timer = core.runtime.setTimer(again, PATIENCE);
  };
  let timer = core.runtime.setTimer(again, PATIENCE);
  try {
    await done;
  } finally {
    timer.cancel();
  }
}
