import { BusError } from "auxbus";
import type { Debugfs } from "./debugfs.ts";
import type { DebugfsFile, DebugfsFileOptions } from "./nodes.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Owner = NonNullable<DebugfsFileOptions["owner"]>;

/** An open file. Close it, or whoever wants to remove the file may wait for ever. */
export class DebugfsHandle {
  readonly path: string;
  readonly #debugfs: Debugfs;
  readonly #file: DebugfsFile;
  #open = true;
  /** Also its `release` has come to an end. */
  #closed = false;
  #gone = false;
  #pinned: Owner | null = null;
  #active = 0;
  #waiters: (() => void)[] = [];

  constructor(debugfs: Debugfs, file: DebugfsFile, path: string) {
    this.#debugfs = debugfs;
    this.#file = file;
    this.path = path;
  }

  /** Keeps the file's owner from being unloaded until the handle is closed. */
  async pin(owner: Owner): Promise<void> {
    await owner.get(`debugfs:${this.path}`);
    this.#pinned = owner;
  }

  /** The whole content. @throws {BusError} `EBADF` closed; `EIO` the file was removed; `EINVAL` it cannot be read */
  read(): Promise<Uint8Array> {
    return this.#use("read", async () => {
      if (this.#file.ops.read === undefined) throw this.#fail("EINVAL", "read", "it can only be written");
      const content = await this.#file.ops.read();
      return typeof content === "string" ? encoder.encode(content) : content;
    });
  }

  async readText(): Promise<string> {
    return decoder.decode(await this.read());
  }

  /** @returns how many bytes were taken. @throws {BusError} as `read` */
  write(data: string | Uint8Array): Promise<number> {
    return this.#use("write", async () => {
      if (this.#file.ops.write === undefined) throw this.#fail("EINVAL", "write", "it can only be read");
      return this.#file.ops.write(typeof data === "string" ? encoder.encode(data) : data);
    });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    try {
      await this.#file.ops.release?.();
    } finally {
      this.forget();
    }
  }

  async #use<T>(op: string, fn: () => Promise<T>): Promise<T> {
    if (!this.#open) throw this.#fail("EBADF", op, "it was closed");
    if (this.#gone) throw this.#fail("EIO", op, "it was removed");
    this.#active++;
    try {
      return await this.#debugfs.during(fn);
    } finally {
      this.#active--;
      this.#wake();
    }
  }

  /** The file no longer counts this handle. */
  forget(): void {
    this.#open = false;
    this.#closed = true;
    this.#file.handles.delete(this);
    void this.#pinned?.put(`debugfs:${this.path}`);
    this.#wake();
  }

  fileGone(): void {
    this.#gone = true;
  }

  /** Resolves when the file may go. @param closed only when it is closed, too */
  async removable(closed: boolean): Promise<void> {
    while (this.#active > 0 || (closed && !this.#closed)) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #fail(code: "EBADF" | "EIO" | "EINVAL", op: string, why: string): BusError {
    return new BusError(code, `cannot ${op} debugfs file ${this.path}: ${why}`, { op });
  }
}
