import type { ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";

/** What a signal ends this program with, as a shell tells it. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const folders = new Map<string, Set<ChildProcess>>();

/** A folder that is there as long as a guest is, however this program ends. */
export function holdFolder(folder: string): void {
  if (folders.size === 0) for (const [signal, end] of handlers) process.on(signal, end);
  folders.set(folder, new Set());
}

/** A program that works in the folder. */
export function holdProcess(folder: string, child: ChildProcess): void {
  folders.get(folder)?.add(child);
}

/** Ends what works in the folder, and deletes it. */
export function release(folder: string): void {
  for (const child of folders.get(folder) ?? []) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
  if (folders.size === 0) for (const [signal, end] of handlers) process.off(signal, end);
}

const handlers = (["SIGHUP", "SIGINT", "SIGTERM"] as const).map((signal) => {
  const end = (): void => {
    for (const folder of folders.keys()) release(folder);
    process.exit(EXIT_CODES[signal]);
  };
  return [signal, end] as const;
});
