import type { UeventRecord } from "auxbus";
import type { Colors } from "../colors.ts";
import { printable } from "../printable.ts";

/** A uevent in a line. @param clock how its time is written */
export function renderUevent(
  { action, devpath, env, time }: UeventRecord,
  colors: Colors,
  clock: (milliseconds: number) => string = timestamp,
): string {
  const driver = env["DRIVER"];
  const by = driver === undefined ? "" : colors.dim(` driver=${printable(driver)}`);
  return `${colors.dim(clock(time))} ${paintAction(action, colors)} ${printable(devpath)}${by}`;
}

function paintAction(action: UeventRecord["action"], { green, red, cyan, yellow }: Colors): string {
  const text = action.padEnd(7);
  if (action === "bind") return green(text);
  if (action === "unbind") return red(text);
  return action === "add" || action === "remove" ? cyan(text) : yellow(text);
}

/** As the kernel's log writes it: seconds since the start. */
export function timestamp(milliseconds: number): string {
  return `[${(milliseconds / 1000).toFixed(6).padStart(12)}]`;
}
