import { BusError } from "auxbus";
import { decode, encode, MARK, type Marked, type References } from "./codec.ts";
import { Kind } from "./kind.ts";
import type { Link } from "./link.ts";
import { type Caller, originOf, remoteFunction } from "./remote-object.ts";
import type { NumberedShape } from "./shape.ts";

/** Something that the other side can reach. */
export interface Exported {
  readonly value: object;
  readonly owner: object | undefined;
  readonly shape: NumberedShape | null;
  /** How often it was sent. */
  sent: number;
}

/** Objects that are called by name, not by reference: one on each side, number 0. */
export const ROOT = 0;

/** What the two sides of a session can reach of each other: objects, functions, abort signals, by their numbers. */
export class ReferenceTable implements References {
  readonly #session: number;
  readonly #caller: Caller;
  readonly #link: Link;
  readonly #exports = new Map<number, Exported>();
  readonly #exported = new Map<object, number>();
  readonly #imports = new Map<number, WeakRef<object>>();
  readonly #finalizer: FinalizationRegistry<number>;
  readonly #received = new Map<number, number>();
  readonly #signals = new Map<number, AbortController>();
  readonly #signalsOut = new Map<AbortSignal, { readonly id: number; readonly stop: () => void }>();
  #last = ROOT;
  #closed = false;

  /** @param caller where calls of what is imported go */
  constructor(session: number, caller: Caller, link: Link) {
    this.#session = session;
    this.#caller = caller;
    this.#link = link;
    this.#finalizer = new FinalizationRegistry((reference) => this.#release(reference));
  }

  setRoot(value: object): void {
    this.#exports.set(ROOT, { value, owner: undefined, shape: this.#link.shapes.of(value), sent: 0 });
  }

  find(reference: number): Exported | undefined {
    return this.#exports.get(reference);
  }

  /** How many objects the other side can reach; the root is not counted. */
  get size(): number {
    return this.#exports.size - (this.#exports.has(ROOT) ? 1 : 0);
  }

  exportObject(value: object): Marked {
    const origin = originOf(value);
    if (origin?.caller === this.#caller) return { [MARK]: "yours", ref: origin.reference };
    const shape = this.#link.shapes.of(value);
    const ref = this.#export(value, undefined, shape);
    this.#link.tell(shape);
    return { [MARK]: "object", ref, shape: shape.number };
  }

  isData(value: object): boolean {
    if (originOf(value) !== undefined) return false;
    const { methods, disposable } = this.#link.shapes.of(value);
    return methods.length === 0 && !disposable;
  }

  exportFunction(fn: object, owner: object | undefined): Marked {
    const origin = originOf(fn);
    if (origin?.caller === this.#caller) return { [MARK]: "yours", ref: origin.reference };
    return { [MARK]: "function", ref: this.#export(fn, owner, null) };
  }

  #export(value: object, owner: object | undefined, shape: NumberedShape | null): number {
    const known = this.#exported.get(value);
    const exported = known === undefined ? undefined : this.#exports.get(known);
    if (known !== undefined && exported !== undefined && exported.owner === owner) {
      exported.sent++;
      return known;
    }
    const reference = ++this.#last;
    this.#exports.set(reference, { value, owner, shape, sent: 1 });
    this.#exported.set(value, reference);
    return reference;
  }

  exportSignal(signal: AbortSignal): Marked {
    let known = this.#signalsOut.get(signal);
    if (known === undefined) {
      const id = ++this.#last;
      const abort = (): void => {
        this.#signalsOut.delete(signal);
        if (this.#closed) return;
        const { value, marked } = encode(signal.reason, this);
        this.#link.post([Kind.abort, this.#session, id, value, marked], []);
      };
      if (!signal.aborted) signal.addEventListener("abort", abort, { once: true });
      known = { id, stop: () => signal.removeEventListener("abort", abort) };
      this.#signalsOut.set(signal, known);
    }
    const reason = signal.aborted ? encode(signal.reason, this).value : null;
    return { [MARK]: "signal", id: known.id, aborted: signal.aborted, reason };
  }

  import(marked: Marked): unknown {
    switch (marked[MARK]) {
      case "yours": {
        const exported = this.#exports.get(marked.ref);
        if (exported === undefined) throw gone(marked.ref);
        return exported.value;
      }
      case "object":
        return this.#imported(marked.ref, () => this.#link.remote(marked.shape)(this.#caller, marked.ref));
      case "function":
        return this.#imported(marked.ref, () => remoteFunction(this.#caller, marked.ref));
      case "signal":
        return this.#signal(marked.id, marked.aborted, decode(marked.reason, this));
      case "error":
        return decode(marked, this);
    }
  }

  /** The same object stands for the same object for as long as somebody has it. */
  #imported(reference: number, make: () => object): object {
    this.#received.set(reference, (this.#received.get(reference) ?? 0) + 1);
    const known = this.#imports.get(reference)?.deref();
    if (known !== undefined) return known;
    const value = make();
    this.#imports.set(reference, new WeakRef(value));
    this.#finalizer.register(value, reference);
    return value;
  }

  /** Nobody here has it any more. */
  #release(reference: number): void {
    // A new one was made before the old one's end was noticed.
    if (this.#closed || this.#imports.get(reference)?.deref() !== undefined) return;
    const received = this.#received.get(reference) ?? 0;
    this.#imports.delete(reference);
    this.#received.delete(reference);
    this.#link.post([Kind.release, this.#session, reference, received], []);
  }

  /** The other side has let go of it so often as it says that it got it. */
  released(reference: number, received: number): void {
    const exported = this.#exports.get(reference);
    if (exported === undefined) return;
    exported.sent -= received;
    // It has been sent once more meanwhile.
    if (exported.sent > 0) return;
    this.#exports.delete(reference);
    if (this.#exported.get(exported.value) === reference) this.#exported.delete(exported.value);
  }

  #signal(id: number, aborted: boolean, reason: unknown): AbortSignal {
    let controller = this.#signals.get(id);
    if (controller === undefined) {
      controller = new AbortController();
      this.#signals.set(id, controller);
    }
    if (aborted) controller.abort(reason ?? undefined);
    return controller.signal;
  }

  /** A signal of the other side was aborted. */
  abort(id: number, reason: unknown): void {
    this.#signals.get(id)?.abort(reason);
    this.#signals.delete(id);
  }

  /** Nothing can be reached any more; signals of the other side abort with `why`. */
  clear(why: Error): void {
    this.#closed = true;
    this.#exports.clear();
    this.#exported.clear();
    this.#imports.clear();
    this.#received.clear();
    for (const { stop } of this.#signalsOut.values()) stop();
    this.#signalsOut.clear();
    for (const controller of this.#signals.values()) controller.abort(why);
    this.#signals.clear();
  }
}

/** What is said of an object that is no longer there. */
export function gone(reference: number): BusError {
  return new BusError("ENODEV", `object ${reference} is no longer there`, { op: "call" });
}
