import { BusError } from "./errors.ts";

/**
 * Hands out the lowest free number (the kernel's `ida`), so that two devices of one name never get the same id.
 * A parent that keeps one id for a function's whole life owns an allocator of its own.
 */
export class IdAllocator {
  /** Every id below this one has been given out at some time. */
  #next = 0;
  /** Ids below `#next` that came back, as a binary min-heap. */
  readonly #heap: number[] = [];
  readonly #free = new Set<number>();

  /** How many ids are in use. */
  get size(): number {
    return this.#next - this.#free.size;
  }

  has(id: number): boolean {
    return id >= 0 && id < this.#next && !this.#free.has(id);
  }

  /** The lowest free id. */
  alloc(): number {
    const id = this.#pop();
    if (id === undefined) return this.#next++;
    this.#free.delete(id);
    return id;
  }

  /** Gives an id back. @throws {BusError} `EINVAL` when it is not in use: it was freed twice, or never given out */
  free(id: number): void {
    if (!this.has(id)) {
      throw new BusError("EINVAL", `id ${id} is not in use; an id is given back once, by whoever got it`, {
        op: "free",
      });
    }
    this.#free.add(id);
    this.#push(id);
  }

  #push(id: number): void {
    const heap = this.#heap;
    let i = heap.push(id) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || parent <= id) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = id;
  }

  #pop(): number | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      let child = heap[down];
      if (child === undefined) break;
      const right = heap[down + 1];
      if (right !== undefined && right < child) {
        child = right;
        down++;
      }
      if (child >= last) break;
      heap[i] = child;
      i = down;
    }
    heap[i] = last;
    return top;
  }
}
