import type { Entry } from "../journal-entry.ts";

/** An entry as it is sent. */
export interface SentEntry {
  readonly id: number;
  readonly kind: Entry["kind"];
  readonly text: string;
}

/** Which entries a reader wants: all, or some kinds. */
export type Kinds = ReadonlySet<Entry["kind"]> | null;

export function asSent(entry: Entry): SentEntry {
  const { id, kind } = entry;
  return { id, kind, text: `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(entry)}\n\n` };
}

export function bytesOf(entries: readonly SentEntry[], kinds: Kinds): Buffer {
  let text = "";
  for (const entry of entries) if (kinds === null || kinds.has(entry.kind)) text += entry.text;
  return Buffer.from(text);
}
