import { open } from "node:fs/promises";
import { gunzip } from "node:zlib";
import { promisify } from "node:util";
import { BusError, type Errno, errnoOf, toError } from "auxbus";
import { reasonOf } from "./failure.ts";
import { parseSnapshot } from "./parse.ts";
import { SnapshotView } from "./snapshot-view.ts";
import type { SnapshotFile } from "./format.ts";

/** Bytes of a file at most, compressed or not. */
const MOST = 400 * 1024 * 1024;

/** Opens a snapshot file as a view. @throws {BusError} which file, and what is wrong with it */
export async function openSnapshot(path: string): Promise<SnapshotView> {
  return new SnapshotView(await readSnapshot(path), path);
}

/** Reads a snapshot file. @throws {BusError} which file, and what is wrong with it */
export async function readSnapshot(path: string): Promise<SnapshotFile> {
  const bytes = await contentOf(path);
  let text: string;
  try {
    // What is compressed begins so, whatever the file is called.
    const plain =
      bytes[0] === 0x1f && bytes[1] === 0x8b ? await promisify(gunzip)(bytes, { maxOutputLength: MOST }) : bytes;
    text = new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch (error) {
    const large = error instanceof RangeError ? `it unpacks to more than ${MOST} bytes` : toError(error).message;
    throw refusal("EINVAL", path, `it is damaged: ${large}`, error);
  }
  return parseSnapshot(text, path);
}

async function contentOf(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, "r");
    try {
      const stats = await handle.stat();
      // A pipe or a device might never end.
      if (!stats.isFile()) throw refusal("EINVAL", path, "it is no file");
      if (stats.size > MOST) throw refusal("EMSGSIZE", path, `it has more than ${MOST} bytes`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof BusError ? error : refusal(errnoOf(error), path, reasonOf(error), error);
  }
}

function refusal(code: Errno, path: string, why: string, cause?: unknown): BusError {
  return new BusError(code, `cannot open snapshot ${path}: ${why}`, { op: "open", cause });
}
