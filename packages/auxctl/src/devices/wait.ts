import { ExitCode } from "../exit-code.ts";
import { Interrupt } from "../interrupt.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import type { BusView } from "auxbus";
import { AwaitedDevice, type Target } from "./awaited-device.ts";
import { Watch } from "./watch.ts";

export interface Wait {
  readonly word: string;
  readonly target: Target;
  /** Seconds. */
  readonly timeout: number | undefined;
  readonly options: CommonOptions;
}

/** Waits until a device is as asked for, the time is over, or Ctrl-C comes. */
export async function waitFor({ word, target, timeout, options }: Wait, shell: Shell): Promise<void> {
  const view = await shell.liveView(options);
  const device = new AwaitedDevice(word, target);
  const ending = new AbortController();
  const interrupt = new Interrupt(shell.io, () => ending.abort());
  const late = timeout === undefined ? undefined : shell.io.after(timeout * 1000, () => ending.abort());
  try {
    const isCut = (): boolean => interrupt.exitCode !== null;
    const reached = await new Watch(device, view, shell.io).comesTrue(ending.signal, isCut);
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

async function whyNot({ path }: AwaitedDevice, view: BusView): Promise<string> {
  const said = path === null ? undefined : await view.explain(path).catch(() => undefined);
  return said?.summary ?? "there is no such device";
}
