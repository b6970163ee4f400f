import { Buffer } from "node:buffer";

/** A file, folder or link of an initramfs. */
export interface CpioEntry {
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  /** What is in a file, or where a link leads. */
  readonly content?: Buffer;
  readonly executable?: boolean;
}

const TYPES = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const;

/** An archive as the kernel unpacks it into its first file system ("newc"); folders stand before what is in them. */
export function cpio(entries: readonly CpioEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const [index, entry] of entries.entries()) parts.push(...member(entry, index + 1));
  parts.push(...member({ path: "TRAILER!!!", kind: "file" }, 0));
  return Buffer.concat(parts);
}

function* member({ path, kind, content = Buffer.alloc(0), executable = kind !== "file" }: CpioEntry, inode: number) {
  const mode = TYPES[kind] | (executable ? 0o755 : 0o644);
  const name = Buffer.from(`${path}\0`);
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  yield header;
  yield name;
  yield padding(header.length + name.length);
  yield content;
  yield padding(content.length);
}

function padding(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4);
}
