import type { IsolableModule } from "auxbus";
import type { DebugfsHandle } from "./handle.ts";

/** What a file does. Contents are bytes; text is UTF-8. */
export interface DebugfsFileOps {
  /** Fails by throwing; then the file is not open. */
  open?(): void | Promise<void>;
  read?(): string | Uint8Array | Promise<string | Uint8Array>;
  /** @returns how many bytes were taken */
  write?(data: Uint8Array): number | Promise<number>;
  release?(): void | Promise<void>;
}

export interface DebugfsFileOptions {
  /** Pinned while the file is open. */
  readonly owner?: Pick<IsolableModule, "get" | "put">;
  /** Removing the file waits until it is closed, not only until no read or write is going on. */
  readonly holdWhileOpen?: boolean;
}

/** Something with a name in a folder. */
class Entry<Parent extends DebugfsDir | null> {
  readonly name: string;
  readonly parent: Parent;
  readonly #remove: () => Promise<void>;

  constructor(name: string, parent: Parent, remove: () => Promise<void>) {
    this.name = name;
    this.parent = parent;
    this.#remove = remove;
  }

  /** Removes it as `Debugfs.remove` does; harmless when it has been removed already. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#remove();
  }

  get path(): string {
    const above = this.parent?.path ?? "";
    return above === "" ? this.name : `${above}/${this.name}`;
  }
}

/** A folder; the root has no parent. */
export class DebugfsDir extends Entry<DebugfsDir | null> {
  readonly kind = "dir" as const;
  readonly entries: Map<string, DebugfsNode> = new Map();

  /** Whether it is still there. */
  get attached(): boolean {
    return this.parent === null || (this.parent.entries.get(this.name) === this && this.parent.attached);
  }
}

export class DebugfsFile extends Entry<DebugfsDir> {
  readonly kind = "file" as const;
  readonly ops: DebugfsFileOps;
  readonly options: DebugfsFileOptions;
  readonly handles: Set<DebugfsHandle> = new Set();

  constructor(
    name: string,
    parent: DebugfsDir,
    remove: () => Promise<void>,
    ops: DebugfsFileOps,
    options: DebugfsFileOptions,
  ) {
    super(name, parent, remove);
    this.ops = ops;
    this.options = options;
  }
}

export class DebugfsSymlink extends Entry<DebugfsDir> {
  readonly kind = "symlink" as const;
  readonly target: string;

  constructor(name: string, parent: DebugfsDir, remove: () => Promise<void>, target: string) {
    super(name, parent, remove);
    this.target = target;
  }
}

export type DebugfsNode = DebugfsDir | DebugfsFile | DebugfsSymlink;
