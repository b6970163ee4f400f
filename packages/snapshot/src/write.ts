import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { BusError, errnoOf } from "auxbus";
import { reasonOf } from "./failure.ts";
import type { SnapshotFile } from "./format.ts";

/** Characters that are written at once. */
const PIECE = 64 * 1024;

/** The text of a snapshot in pieces: it may be longer than one string should be. A folder or a device is a line. */
export function* textOf({
  format,
  version,
  time,
  tool,
  source,
  machine,
  masked,
  snapshot,
  ...maps
}: SnapshotFile): Generator<string> {
  let piece = "";
  for (const line of linesOf()) {
    piece += line;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  yield piece;

  function* linesOf(): Generator<string> {
    const head = { format, version, time, tool, source, machine, masked };
    for (const [key, value] of Object.entries(head))
      yield `${key === "format" ? "{" : ","}\n${json(key)}: ${json(value)}`;
    yield `,\n"snapshot": {"seqnum": ${json(snapshot.seqnum)}`;
    for (const part of ["buses", "devices", "drivers", "links"] as const) {
      yield `,\n"${part}": [`;
      for (const [i, each] of snapshot[part].entries()) yield `${i === 0 ? "" : ","}\n${json(each)}`;
      yield "]";
    }
    yield "}";
    for (const part of ["explanations", "sysfs", "affinities", "failures"] as const) {
      yield `,\n"${part}": {`;
      let before = "";
      for (const [key, value] of Object.entries(maps[part])) {
        yield `${before}\n${json(key)}: ${json(value)}`;
        before = ",";
      }
      yield "}";
    }
    yield "\n}\n";
  }
}

function json(value: unknown): string {
  return JSON.stringify(value);
}

/**
 * Writes a snapshot whole or not at all, for its owner alone; compressed when its name ends in `.gz`.
 *
 * @param signal ends it, and takes away what was written
 * @throws {BusError} what keeps it from being written, with the file's name
 */
export async function writeSnapshot(
  file: SnapshotFile,
  path: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const fresh = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const handle = await open(fresh, "wx", 0o600);
    try {
      const text = Readable.from(textOf(file));
      const into = handle.createWriteStream({ flush: true });
      await (path.endsWith(".gz") ? pipeline(text, createGzip(), into, { signal }) : pipeline(text, into, { signal }));
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw new BusError(errnoOf(error), `cannot write ${path}: ${reasonOf(error)}`, {
      op: "snapshot",
      cause: error,
    });
  }
}
