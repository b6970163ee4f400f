import { BusError, toError } from "auxbus";
import { decode, encode, encodeAll, type Encoded } from "./codec.ts";
import type { CallTrace } from "./call-trace.ts";
import { Kind } from "./kind.ts";
import type { Link } from "./link.ts";
import { gone, ReferenceTable, ROOT } from "./reference-table.ts";
import { type Caller, DISPOSE, originOf } from "./remote-object.ts";
import { isDisposable } from "./shape.ts";

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** In which callback the call was made. */
  readonly trace: CallTrace | undefined;
}

/**
 * One conversation over a link: both sides call each other's objects, and everything that was handed over for it
 * ends with it. A driver's time with a device is one.
 */
export class Session implements Caller {
  readonly id: number;
  readonly #link: Link;
  readonly #pending = new Map<number, Pending>();
  readonly #references: ReferenceTable;
  /** What calls of the other side have given it that it should dispose of. */
  readonly #owned = new Set<Disposable | AsyncDisposable>();
  #lastCall = 0;
  #closed: Error | null = null;

  /** @internal Use `Link.open`. */
  constructor(link: Link, id: number) {
    this.id = id;
    this.#link = link;
    this.#references = new ReferenceTable(id, this, link);
  }

  /** What the other side reaches as this side's root. */
  setRoot(value: object): void {
    this.#references.setRoot(value);
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
    const { value, marked, transfer } = encodeAll(args, this.#references);
    this.#link.post([Kind.tell, this.id, ROOT, method, value, marked], transfer);
  }

  // Calling.

  call(reference: number, method: string | null, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    let encoded: Encoded;
    try {
      encoded = encodeAll(args, this.#references);
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
        return this.#settle(Number(a), ({ resolve }) => resolve(c === true ? decode(b, this.#references) : b));
      case Kind.error:
        return this.#settle(Number(a), ({ reject }) => reject(toError(decode(b, this.#references))));
      case Kind.tell:
        return this.#run(() => this.#invoke(Number(a), b, this.#args(c, d)));
      case Kind.release:
        return this.#references.released(Number(a), Number(b));
      case Kind.abort:
        return this.#references.abort(Number(a), c === true ? decode(b, this.#references) : b);
      case Kind.close:
        return this.#link.closed(this);
      default:
        throw new BusError("EPROTO", `message of unknown kind ${String(kind)}`, { op: "session" });
    }
  }

  #args(args: unknown, marked: unknown): unknown[] {
    const decoded = marked === true ? decode(args, this.#references) : args;
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
    const exported = this.#references.find(reference);
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
    const exported = this.#references.find(reference);
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
      const { value, marked, transfer } = encode(result, this.#references);
      this.#link.post([Kind.result, this.id, call, value, marked], transfer);
    } catch (error) {
      this.#fail(call, error);
    }
  }

  #fail(call: number, error: unknown): void {
    if (this.#closed !== null) return;
    this.#link.post([Kind.error, this.id, call, encode(toError(error), this.#references).value], []);
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

  // Ending.

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
    this.#references.clear(why);
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

function noMember(name: string): BusError {
  return new BusError("EOPNOTSUPP", `there is no ${name} that could be called from here`, { op: "call" });
}
