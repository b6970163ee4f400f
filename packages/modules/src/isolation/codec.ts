import { BusError, transferred } from "auxbus";
import { errorFromWire, errorToWire, type WireError } from "./wire-error.ts";

/**
 * Stands on the wire for what structured cloning cannot carry. Told from data by its key, which no plain object of
 * a user's may have.
 */
export const MARK = "\u0000auxbus";

/** What a mark can stand for. */
export type Marked =
  | { readonly [MARK]: "object"; readonly ref: number; readonly shape: number }
  | { readonly [MARK]: "function"; readonly ref: number }
  | { readonly [MARK]: "yours"; readonly ref: number }
  | { readonly [MARK]: "error"; readonly error: WireError }
  | { readonly [MARK]: "signal"; readonly id: number; readonly aborted: boolean; readonly reason: unknown };

/** What the session does for what structured cloning cannot carry. */
export interface References {
  exportObject(value: object): Marked;
  /** @param owner the object that a method was found in, for its `this` */
  exportFunction(fn: object, owner: object | undefined): Marked;
  exportSignal(signal: AbortSignal): Marked;
  import(marked: Marked): unknown;
  /** An object of a class that has nothing to be called. */
  isData(value: object): boolean;
}

/** Around something that is not to be copied although it looks like data. */
export class ByReference {
  readonly value: object;

  constructor(value: object) {
    this.value = value;
  }
}

/** What was encoded. */
export interface Encoded {
  readonly value: unknown;
  /** Something in it is marked: it must be decoded. */
  readonly marked: boolean;
  readonly transfer: readonly ArrayBuffer[];
}

/** Deeper than anything that is meant to be sent, but not deeper than the stack. */
const MOST_LEVELS = 200;

const NOTHING: readonly ArrayBuffer[] = [];

/**
 * Turns a value into what structured cloning can carry: data as it is, the rest as marks.
 *
 * @throws {BusError} `EINVAL` for what cannot cross: symbols, promises, circles
 */
export function encode(value: unknown, references: References): Encoded {
  return isPrimitive(value) ? { value, marked: false, transfer: NOTHING } : new Encoding(references).run(value);
}

/** Encodes an argument list. @throws {BusError} as `encode` */
export function encodeAll(values: readonly unknown[], references: References): Encoded {
  return values.every(isPrimitive)
    ? { value: values, marked: false, transfer: NOTHING }
    : new Encoding(references).run(values);
}

class Encoding {
  readonly #references: References;
  #marked = false;
  #transfer: ArrayBuffer[] | null = null;

  constructor(references: References) {
    this.#references = references;
  }

  run(value: unknown): Encoded {
    const encoded = this.#encode(value, undefined, 0);
    return { value: encoded, marked: this.#marked, transfer: this.#transfer ?? NOTHING };
  }

  #encode(value: unknown, owner: object | undefined, level: number): unknown {
    if (isPrimitive(value)) return value;
    if (level > MOST_LEVELS) throw cannot("something that contains itself, or is nested too deeply");
    if (typeof value === "function") return this.#mark(this.#references.exportFunction(value, owner));
    if (typeof value !== "object" || value === null) throw cannot(`a ${typeof value}`);
    const handedOver = transferred(value);
    if (handedOver.length > 0) (this.#transfer ??= []).push(...handedOver);
    if (Array.isArray(value)) return this.#list(value, level);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#record(value, level);
    if (ArrayBuffer.isView(value)) return this.#view(value, handedOver.length > 0);
    if (isCloned(value)) return value;
    if (value instanceof Map) return new Map(this.#list([...value], level).map((entry) => [...toPair(entry)]));
    if (value instanceof Set) return new Set(this.#list([...value], level));
    if (value instanceof Error) return this.#mark({ [MARK]: "error", error: errorToWire(value) });
    if (value instanceof AbortSignal) return this.#mark(this.#references.exportSignal(value));
    if (value instanceof Promise) throw cannot("a promise; wait for it first");
    if (value instanceof ByReference) return this.#mark(this.#references.exportObject(value.value));
    // As its type says: what has nothing that could be called is data.
    return this.#references.isData(value)
      ? this.#record(value, level)
      : this.#mark(this.#references.exportObject(value));
  }

  #mark(marked: Marked): Marked {
    this.#marked = true;
    return marked;
  }

  #list(values: readonly unknown[], level: number): unknown[] {
    return values.map((value) => this.#encode(value, undefined, level + 1));
  }

  #record(value: object, level: number): object {
    if (MARK in value) throw cannot("an object with a key that auxbus keeps to itself");
    const record: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      // Assigning to __proto__ would change the record instead.
      if (key !== "__proto__") record[key] = this.#encode(member, value, level + 1);
    }
    return record;
  }

  /** A part of a large buffer goes without the rest. */
  #view(view: ArrayBufferView, handedOver: boolean): unknown {
    if (handedOver || view.byteLength === view.buffer.byteLength || !(view instanceof Uint8Array)) return view;
    return view.buffer instanceof ArrayBuffer ? new Uint8Array(view) : view;
  }
}

/** Undoes `encode`. */
export function decode(value: unknown, references: References): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => decode(item, references));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) {
    if (isMarked(value)) return value[MARK] === "error" ? errorFromWire(value.error) : references.import(value);
    const record: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) record[key] = decode(member, references);
    return record;
  }
  if (value instanceof Map) {
    return new Map([...value].map(([key, member]) => [decode(key, references), decode(member, references)]));
  }
  if (value instanceof Set) return new Set([...value].map((member) => decode(member, references)));
  return value;
}

function isMarked(value: object): value is Marked {
  return MARK in value;
}

function toPair(entry: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(entry)) throw new TypeError("a map's entry is a pair");
  const [key, value]: unknown[] = entry;
  return [key, value];
}

function isPrimitive(value: unknown): boolean {
  const type = typeof value;
  return value === null || (type !== "object" && type !== "function" && type !== "symbol");
}

function isCloned(value: object): boolean {
  return (
    value instanceof Date ||
    value instanceof RegExp ||
    value instanceof ArrayBuffer ||
    value instanceof SharedArrayBuffer
  );
}

function cannot(what: string): BusError {
  return new BusError("EINVAL", `${what} cannot be passed to or from an isolated driver`, { op: "call" });
}
