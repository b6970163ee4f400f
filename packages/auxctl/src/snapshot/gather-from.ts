import { hostname } from "node:os";
import { basename } from "node:path";
import { gather, type GatherOptions, readSnapshot, type SnapshotFile } from "@auxbus/snapshot";
import type { Io } from "../io.ts";
import { version } from "../version.ts";
import type { Shell, ViewOptions } from "../shell.ts";

/** All that can be seen of the buses that the options name. */
export async function gatherFrom(
  options: ViewOptions,
  shell: Shell,
  more: Pick<GatherOptions, "progress" | "signal"> = {},
): Promise<SnapshotFile> {
  // What is in a file already is not gathered again: it would only lose something.
  if (options.file !== undefined) return readSnapshot(shell.path(options.file));
  const owner = await ownerOf(options, shell);
  return gather(await shell.view(options), {
    tool: `auxctl ${version()}`,
    source: owner.name,
    machine: owner.machine,
    time: shell.io.now(),
    ...more,
  });
}

/** Whose buses the options name, for people, and on which machine they are. */
export async function ownerOf(
  options: ViewOptions,
  shell: Shell,
): Promise<{ readonly name: string; readonly machine: string }> {
  if (options.linux !== true && options.root === undefined) {
    return { name: hostName(options, shell.io), machine: hostname() };
  }
  const { openLinux } = await import("../linux/open-linux.ts");
  const linux = openLinux(options, shell);
  return { name: `bus ${options.bus ?? "auxiliary"} of Linux ${linux.release}`.trimEnd(), machine: linux.hostname };
}

function hostName({ host, socket }: ViewOptions, { env }: Io): string {
  const named = socket ?? host ?? env["AUXBUS_HOST"] ?? "";
  // The rest of a path is about people.
  return named === "" ? "a host" : `host ${/^https?:/.test(named) ? named : basename(named, ".sock")}`;
}
