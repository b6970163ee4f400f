import { LinuxView } from "@auxbus/linux";
import { printable } from "../printable.ts";
import type { CommonOptions, Shell } from "../shell.ts";

/** The buses of a Linux that the options name. @throws {BusError} there is none, or it has no such bus */
export function openLinux({ root = "/", bus, dryRun, force, json }: CommonOptions, shell: Shell): LinuxView {
  const would = (path: string, text: string): void => {
    const value = text.trimEnd();
    if (json === true) shell.writes.push({ path, value });
    else shell.lines([`would write ${JSON.stringify(value)} to ${printable(path)}`]);
  };
  const buses = bus?.split(",").filter((name) => name !== "");
  return new LinuxView({
    root: shell.path(root),
    ...(buses === undefined ? {} : { buses }),
    ...(dryRun === true ? { dryRun: would } : {}),
    force: force === true,
  });
}
