import { BusError, toError } from "auxbus";
import { type Encoded, Encoder, decode, MARK, type Marked, type References } from "./codec.ts";
import type { CallTrace } from "./call-trace.ts";
import type { Link } from "./link.ts";
import { type Caller, DISPOSE, originOf, remoteFunction } from "./remote-object.ts";
import { isDisposable, type NumberedShape } from "./shape.ts";

/** The kinds of messages of a session, first in each message; then the session, then what is said here. */
export const Kind = {
  /** call, reference, method (null: the function itself), arguments, marked, the call that it is made in */
  call: 0,
  /** call, reference, property, the call that it is made in */
  get: 1,
  /** call, result, marked */
  result: 2,
  /** call, error */
  error: 3,
  /** reference, how often it was received */
  release: 4,
  /** signal, reason, marked */
  abort: 5,
  /** reference, method, arguments, marked: nobody waits for an answer */
  tell: 6,
  close: 7,
  open: 8,
} as const;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** In which callback the call was made. */
  readonly trace: CallTrace | undefined;
}

interface Exported {
  readonly value: object;
  readonly owner: object | undefined;
  readonly shape: NumberedShape | null;
  /** How often it was sent. */
  sent: number;
}

/** Objects that are called by name, not by reference: one on each side, number 0. */
const ROOT = 0;

/**
 * One conversation over a link: both sides call each other's objects, and everything that was handed over for it
 * ends with it. A driver's time with a device is one.
 */
export class Session implements Caller, References {
  readonly id: number;
  readonly #link: Link;
  readonly #encoder: Encoder;
  readonly #pending = new Map<number, Pending>();
  readonly #exports = new Map<number, Exported>();
  readonly #exported = new Map<object, number>();
  readonly #imports = new Map<number, WeakRef<object>>();
  readonly #finalizer: FinalizationRegistry<number>;
  readonly #received = new Map<number, number>();
  readonly #signals = new Map<number, AbortController>();
  readonly #signalsOut = new Map<AbortSignal, { readonly id: number; readonly stop: () => void }>();
  /** What calls of the other side have given it that it should dispose of. */
  readonly #owned = new Set<Disposable | AsyncDisposable>();
  #lastCall = 0;
  #lastReference = ROOT;
  #closed: Error | null = null;

  /** @internal Use `Link.open`. */
  constructor(link: Link, id: number) {
    this.id = id;
    this.#link = link;
    this.#encoder = new Encoder(this);
    this.#finalizer = new FinalizationRegistry((reference) => this.#release(reference));
  }

  /** What the other side reaches as this side's root. */
  setRoot(value: object): void {
    this.#exports.set(ROOT, { value, owner: undefined, shape: this.#link.shapes.of(value), sent: 0 });
  }

  get closed(): boolean {
    return this.#closed !== null;
  }

  /** Calls a method of the other side's root. */
  ask(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.call(ROOT, method, args);
  }

  /** As `ask`, but nobody waits for the answer, and a failure is only logged over there. */
  tell(method: string, ...args: readonly unknown[]): void {
    if (this.#closed !== null) return;
    const { value, marked, transfer } = this.#encoder.encodeAll(args);
    this.#link.post([Kind.tell, this.id, ROOT, method, value, marked], transfer);
  }

  // Calling.

  call(reference: number, method: string | null, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    let encoded: Encoded;
    try {
      encoded = this.#encoder.encodeAll(args);
    } catch (error) {
      return Promise.reject(error);
    }
    const call = ++this.#lastCall;
    const within = this.#link.tracing?.current(this);
    this.#link.post(
      [Kind.call, this.id, call, reference, method, encoded.value, encoded.marked, within],
      encoded.transfer,
    );
    return this.#answer(call);
  }

  get(reference: number, property: string): Promise<unknown> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    const call = ++this.#lastCall;
    this.#link.post([Kind.get, this.id, call, reference, property, this.#link.tracing?.current(this)], []);
    return this.#answer(call);
  }

  #answer(call: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { resolve, reject, trace: this.#link.tracing?.begin() });
    });
  }

  // Being called.

  /** @internal One message of the other side. */
  hear(message: readonly unknown[]): void {
    const [kind, , a, b, c, d, e, f] = message;
    switch (kind) {
      case Kind.call:
        return this.#serve(Number(a), f, () => this.#invoke(Number(b), c, this.#args(d, e)));
      case Kind.get:
        return this.#serve(Number(a), d, () => this.#read(Number(b), String(c)));
      case Kind.result:
        return this.#settle(Number(a), ({ resolve }) => resolve(c === true ? decode(b, this) : b));
      case Kind.error:
        return this.#settle(Number(a), ({ reject }) => reject(toError(decode(b, this))));
      case Kind.tell:
        return this.#run(() => this.#invoke(Number(a), b, this.#args(c, d)));
      case Kind.release:
        return this.#released(Number(a), Number(b));
      case Kind.abort:
        return this.#abort(Number(a), c === true ? decode(b, this) : b);
      case Kind.close:
        return this.#link.closed(this);
      default:
        throw new BusError("EPROTO", `message of unknown kind ${String(kind)}`, { op: "session" });
    }
  }

  #args(args: unknown, marked: unknown): unknown[] {
    const decoded = marked === true ? decode(args, this) : args;
    if (!Array.isArray(decoded)) throw new BusError("EPROTO", "arguments are a list", { op: "call" });
    return decoded;
  }

  #serve(call: number, within: unknown, fn: () => unknown): void {
    const run = (): void => {
      let result: unknown;
      try {
        result = fn();
      } catch (error) {
        this.#fail(call, error);
        return;
      }
      if (isThenable(result)) {
        result.then(
          (value) => this.#reply(call, value),
          (error: unknown) => this.#fail(call, error),
        );
      } else this.#reply(call, result);
    };
    // As if the caller had made the call in the callback that it is running for this side.
    const trace = typeof within === "number" ? this.#pending.get(within)?.trace : undefined;
    const traced = trace === undefined ? run : () => trace(run);
    if (this.#link.tracing === undefined) traced();
    else this.#link.tracing.serve(this, call, traced);
  }

  #run(fn: () => unknown): void {
    const failed = (error: unknown): void => this.#link.failed(toError(error));
    try {
      const result = fn();
      if (isThenable(result)) result.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  #invoke(reference: number, method: unknown, args: readonly unknown[]): unknown {
    const exported = this.#exports.get(reference);
    if (exported === undefined) throw gone(reference);
    const { value, owner, shape } = exported;
    if (method === null) {
      if (typeof value !== "function") throw noMember("function");
      return this.#given(Reflect.apply(value, owner, args));
    }
    if (method === DISPOSE) return this.#dispose(value);
    if (typeof method !== "string" || shape?.members.get(method) !== "method")
      throw noMember(typeof method === "string" ? method : "such method");
    const fn: unknown = Reflect.get(value, method);
    if (typeof fn !== "function") throw noMember(method);
    return this.#given(Reflect.apply(fn, value, args));
  }

  #read(reference: number, property: string): unknown {
    const exported = this.#exports.get(reference);
    if (exported === undefined) throw gone(reference);
    if (exported.shape?.members.get(property) !== "getter") throw noMember(property);
    return Reflect.get(exported.value, property);
  }

  /** What a call gives that can be disposed of is the caller's: it goes with the session if the caller forgets it. */
  #given(result: unknown): unknown {
    if (isThenable(result)) return result.then((value) => this.#given(value));
    if (typeof result === "object" && result !== null && originOf(result) === undefined && isDisposable(result)) {
      if (this.#closed !== null) return this.#dispose(result);
      this.#owned.add(result);
    }
    return result;
  }

  #dispose(value: object): unknown {
    if (!isDisposable(value)) throw noMember(DISPOSE);
    this.#owned.delete(value);
    return Symbol.asyncDispose in value ? value[Symbol.asyncDispose]() : value[Symbol.dispose]();
  }

  #reply(call: number, result: unknown): void {
    if (this.#closed !== null) return;
    try {
      const { value, marked, transfer } = this.#encoder.encode(result);
      this.#link.post([Kind.result, this.id, call, value, marked], transfer);
    } catch (error) {
      this.#fail(call, error);
    }
  }

  #fail(call: number, error: unknown): void {
    if (this.#closed !== null) return;
    this.#link.post([Kind.error, this.id, call, this.#encoder.encode(toError(error)).value], []);
  }

  #settle(call: number, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    if (pending === undefined) return;
    try {
      how(pending);
    } catch (error) {
      pending.reject(toError(error));
    }
  }

  // What structured cloning cannot carry.

  exportObject(value: object): Marked {
    const origin = originOf(value);
    if (origin?.caller === this) return { [MARK]: "yours", ref: origin.reference };
    const shape = this.#link.shapes.of(value);
    const ref = this.#export(value, undefined, shape);
    if (!this.#link.tellsShape(shape)) return { [MARK]: "object", ref, shape: shape.number };
    return {
      [MARK]: "object",
      ref,
      shape: shape.number,
      is: [shape.methods, shape.getters, shape.disposable],
    };
  }

  isData(value: object): boolean {
    if (originOf(value) !== undefined) return false;
    const { methods, disposable } = this.#link.shapes.of(value);
    return methods.length === 0 && !disposable;
  }

  exportFunction(fn: object, owner: object | undefined): Marked {
    const origin = originOf(fn);
    if (origin?.caller === this) return { [MARK]: "yours", ref: origin.reference };
    return { [MARK]: "function", ref: this.#export(fn, owner, null) };
  }

  #export(value: object, owner: object | undefined, shape: NumberedShape | null): number {
    const known = this.#exported.get(value);
    const exported = known === undefined ? undefined : this.#exports.get(known);
    if (known !== undefined && exported !== undefined && exported.owner === owner) {
      exported.sent++;
      return known;
    }
    const reference = ++this.#lastReference;
    this.#exports.set(reference, { value, owner, shape, sent: 1 });
    this.#exported.set(value, reference);
    return reference;
  }

  exportSignal(signal: AbortSignal): Marked {
    let known = this.#signalsOut.get(signal);
    if (known === undefined) {
      const id = ++this.#lastReference;
      const abort = (): void => {
        this.#signalsOut.delete(signal);
        if (this.#closed !== null) return;
        const { value, marked } = this.#encoder.encode(signal.reason);
        this.#link.post([Kind.abort, this.id, id, value, marked], []);
      };
      if (!signal.aborted) signal.addEventListener("abort", abort, { once: true });
      known = { id, stop: () => signal.removeEventListener("abort", abort) };
      this.#signalsOut.set(signal, known);
    }
    // Not the encoder that is at work on what the signal is in.
    const reason = signal.aborted ? new Encoder(this).encode(signal.reason).value : null;
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
        if (marked.is !== undefined) this.#link.learnShape(marked.shape, marked.is);
        return this.#imported(marked.ref, () => this.#link.remote(marked.shape)(this, marked.ref));
      case "function":
        return this.#imported(marked.ref, () => remoteFunction(this, marked.ref));
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
    if (this.#closed !== null || this.#imports.get(reference)?.deref() !== undefined) return;
    const received = this.#received.get(reference) ?? 0;
    this.#imports.delete(reference);
    this.#received.delete(reference);
    this.#link.post([Kind.release, this.id, reference, received], []);
  }

  #released(reference: number, received: number): void {
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

  #abort(id: number, reason: unknown): void {
    this.#signals.get(id)?.abort(reason);
    this.#signals.delete(id);
  }

  // Ending.

  /** How many objects the other side can reach; the root is not counted. */
  get references(): number {
    return this.#exports.size - (this.#exports.has(ROOT) ? 1 : 0);
  }

  /** Ends it on both sides; calls that wait for an answer are rejected with `why`. */
  close(why: Error): void {
    if (this.#closed !== null) return;
    this.#link.post([Kind.close, this.id], []);
    this.#link.closed(this, why);
  }

  /** @internal */
  end(why: Error): void {
    if (this.#closed !== null) return;
    this.#closed = why;
    for (const { reject } of this.#pending.values()) reject(why);
    this.#pending.clear();
    this.#exports.clear();
    this.#exported.clear();
    this.#imports.clear();
    this.#received.clear();
    for (const { stop } of this.#signalsOut.values()) stop();
    this.#signalsOut.clear();
    for (const controller of this.#signals.values()) controller.abort(why);
    this.#signals.clear();
  }

  /** Disposes of what the other side was given and has not disposed of, the last first. */
  async disposeOwned(failed: (error: Error) => void): Promise<void> {
    for (const value of [...this.#owned].toReversed()) {
      this.#owned.delete(value);
      try {
        await (Symbol.asyncDispose in value ? value[Symbol.asyncDispose]() : value[Symbol.dispose]());
      } catch (error) {
        failed(toError(error));
      }
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function gone(reference: number): BusError {
  return new BusError("ENODEV", `object ${reference} is no longer there`, { op: "call" });
}

function noMember(name: string): BusError {
  return new BusError("EOPNOTSUPP", `there is no ${name} that could be called from here`, { op: "call" });
}
