import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { traceLines } from "@auxbus/testing";
import type { Kernel } from "./kernel.ts";
import { hasCreate, hasIrqs, isSixOne, translator } from "./older-kernels.ts";

/** A scenario, and what a kernel is expected to do with it. */
export interface Recording {
  readonly path: string;
  readonly text: string;
  /** Where the kernel's trace stands, or is written to. */
  readonly tracePath: string;
  /** What stands there. */
  readonly recorded: string | undefined;
  /** The trace that the kernel's has to be equal to; undefined: nothing is known. */
  readonly expected: readonly string[] | undefined;
}

/** The scenarios at some places that a kernel can run, with their recorded traces. */
export async function findRecordings(places: readonly string[], kernel: Pick<Kernel, "version">): Promise<Recording[]> {
  const paths = (await Promise.all(places.map(scenariosAt))).flat();
  const recordings = await Promise.all(paths.map((path) => recordingOf(path, kernel)));
  return recordings.filter(({ text }) => canRun(kernel, text));
}

async function scenariosAt(place: string): Promise<string[]> {
  if (!(await stat(place)).isDirectory()) return [place];
  const files = await readdir(place, { recursive: true });
  return files
    .filter((file) => file.endsWith(".aux"))
    .toSorted()
    .map((file) => join(place, file));
}

async function recordingOf(path: string, kernel: Pick<Kernel, "version">): Promise<Recording> {
  const own = isSixOne(kernel.version) ? ".trace-6.1" : ".trace";
  const tracePath = path.replace(/\.aux$/, own);
  const [text, recorded] = await Promise.all([readFile(path, "utf8"), readIfThere(tracePath)]);
  const recording = { path, text, tracePath, recorded };
  if (own === ".trace-6.1") {
    if (recorded !== undefined) return { ...recording, expected: traceLines(recorded) };
    // Each kernel breaks in its own way.
    if (isMisuse(path)) return { ...recording, expected: undefined };
  }
  const reference = await readIfThere(path.replace(/\.aux$/, ".trace"));
  return {
    ...recording,
    expected: reference === undefined ? undefined : traceLines(reference).map(translator(kernel)),
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
}

/** Whether the kernel has what the scenario wants. */
function canRun({ version }: Pick<Kernel, "version">, text: string): boolean {
  if (!hasCreate(version) && /^\s*(bg\s+)?(create|destroy)\s/m.test(text)) return false;
  return hasIrqs(version) || !/^\s*(bg\s+)?irq\s/m.test(text);
}

/** Whether a scenario breaks the rules, so that the kernel may not survive it. */
export function isMisuse(path: string): boolean {
  return basename(dirname(path)) === "misuse";
}
