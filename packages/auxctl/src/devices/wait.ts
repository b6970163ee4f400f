import { ExitCode } from "../exit-code.ts";
import { Interrupt } from "../interrupt.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import type { BusView } from "auxbus";
import { AwaitedDevice, type Target } from "./awaited-device.ts";

export interface Wait {
  readonly word: string;
  readonly target: Target;
  /** Seconds. */
  readonly timeout: number | undefined;
  readonly options: CommonOptions;
}

/** Waits until a device is as asked for, the time is over, or Ctrl-C comes. */
export async function waitFor({ word, target, timeout, options }: Wait, shell: Shell): Promise<void> {
  const view = await shell.view(options);
  const device = new AwaitedDevice(word, target);
  const ending = new AbortController();
  const interrupt = new Interrupt(shell.io, () => ending.abort());
  const late = timeout === undefined ? undefined : shell.io.after(timeout * 1000, () => ending.abort());
  try {
    const reached = await comesTrue(device, view, ending.signal);
    if (reached) {
      shell.done(options, { device: device.path, target, reached, driver: device.driver, reason: null });
    } else if (interrupt.exitCode !== null) shell.finish(interrupt.exitCode);
    else {
      const reason = await whyNot(device, view);
      const name = device.path?.slice(device.path.lastIndexOf("/") + 1) ?? word;
      if (options.json === true) {
        shell.done(options, { device: device.path, target, reached, driver: device.driver, reason });
      }
      shell.complain(`${name} is not ${target} after ${timeout} s: ${reason}`);
      shell.finish(ExitCode.failed);
    }
  } finally {
    late?.[Symbol.dispose]();
    interrupt[Symbol.dispose]();
    ending.abort();
  }
}

/** Whether it came true before `signal` aborted. */
async function comesTrue(device: AwaitedDevice, view: BusView, signal: AbortSignal): Promise<boolean> {
  let begun = (): void => {};
  const listening = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const events = view.uevents({ signal, listening: begun })[Symbol.asyncIterator]();
  let next = events.next();
  // Listens before it looks, so that nothing can happen in between.
  await Promise.race([listening, next]);
  const snapshot = await view.snapshot();
  if (device.isSo(snapshot)) return true;
  for (let seen = snapshot.seqnum; ;) {
    const step = await next;
    if (step.done === true) return false;
    const { value } = step;
    next = events.next();
    const old = value.action !== "overflow" && value.seqnum <= seen;
    const says = old ? "nothing" : value.action === "overflow" ? "maybe" : device.hears(value);
    if (says === "so") return true;
    if (says === "nothing") continue;
    const now = await view.snapshot();
    seen = now.seqnum;
    if (device.isSo(now)) return true;
  }
}

async function whyNot({ path }: AwaitedDevice, view: BusView): Promise<string> {
  const said = path === null ? undefined : await view.explain(path).catch(() => undefined);
  return said?.summary ?? "there is no such device";
}
