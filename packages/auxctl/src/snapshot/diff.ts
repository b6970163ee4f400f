import { diffSnapshots, readSnapshot, type SnapshotFile } from "@auxbus/snapshot";
import { BusError } from "auxbus";
import { ExitCode, UsageError } from "../exit-code.ts";
import type { Shell } from "../shell.ts";
import type { DiffOptions } from "./diff-command.ts";
import { renderDiff } from "./render-diff.ts";
import { gatherFrom } from "./gather-from.ts";

/** Compares two snapshot files, or one with what is there now. */
export async function diff(
  before: string,
  after: string | undefined,
  options: DiffOptions,
  shell: Shell,
): Promise<void> {
  const [old, now] = await both(before, after, options, shell);
  const found = diffSnapshots(old, now, options);
  if (old.masked || now.masked) shell.complain("what is masked differs in every file, whether it has changed or not");
  shell.print(options, found, (colors) => renderDiff(found, colors));
  shell.finish(found.equal ? ExitCode.ok : ExitCode.failed);
}

/** @throws {UsageError} something cannot be read: that is no difference */
async function both(
  before: string,
  after: string | undefined,
  options: DiffOptions,
  shell: Shell,
): Promise<readonly [SnapshotFile, SnapshotFile]> {
  try {
    const old = await readSnapshot(shell.path(before));
    return [old, after === undefined ? await gatherFrom(options, shell) : await readSnapshot(shell.path(after))];
  } catch (error) {
    throw error instanceof BusError ? new UsageError(error.reason) : error;
  }
}
