import { stat } from "node:fs/promises";

/** A file or folder as it was when it was looked at; zeros when it was not there. */
export type Stamp = readonly [path: string, modified: number, changed: number, size: number];

/** What an answer was made from: when any of it is otherwise now, the answer is stale. */
export class Stamps {
  readonly #all = new Map<string, Stamp>();

  /** Before a file is read or a folder listed, so that a change meanwhile shows. What is not there may come. */
  async see(path: string): Promise<void> {
    if (!this.#all.has(path)) this.#all.set(path, await look(path));
  }

  list(): Stamp[] {
    return [...this.#all.values()];
  }
}

/** The date of change says what the date of modification may hide: npm gives all that it unpacks the same one. */
async function look(path: string): Promise<Stamp> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return [path, 0, 0, 0];
  return [path, stats.mtimeMs, stats.ctimeMs, stats.isFile() ? stats.size : 0];
}

/** Whether everything is as it was. */
export async function unchanged(stamps: readonly Stamp[]): Promise<boolean> {
  const now = await Promise.all(stamps.map(([path]) => look(path)));
  return now.every((stamp, i) => stamp.every((part, k) => part === stamps[i]?.[k]));
}

export function isStamp(value: unknown): value is Stamp {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const parts: readonly unknown[] = value;
  const [path, ...numbers] = parts;
  return typeof path === "string" && numbers.every((part) => typeof part === "number");
}
