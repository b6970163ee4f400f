import type { Awaitable } from "auxbus";

/**
 * Something that can be asked for by name, on the command line or in a program. A plain object: what is of a class
 * does not cross the border of an isolated driver.
 */
export interface Verb {
  /** Words in lower case, such as `devlink dev eswitch set`. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly params?: readonly VerbParam[];
  /**
   * @returns a JSON value or undefined
   * @throws what it likes; a `BusError` keeps its code
   */
  run(args: VerbArgs, context: VerbContext): Awaitable<unknown>;
}

/** A parameter of a verb. */
export interface VerbParam {
  /** A word in lower case, such as `dev`. */
  readonly name: string;
  /** Left out: `string`. A `number` is finite. */
  readonly type?: VerbParamType;
  /** Given by its place. Left out: by its name. */
  readonly positional?: boolean;
  readonly required?: boolean;
  readonly description: string;
  /** All that it can be. Only for strings. */
  readonly choices?: readonly string[];
  /** What it can be at the moment, for completion; other values may be given, too. */
  complete?(): Awaitable<readonly string[]>;
}

export type VerbParamType = "string" | "number" | "boolean";

/** How a running verb is connected with whoever has asked for it. */
export interface VerbContext {
  /** Aborts when nobody waits for the verb any more, and when the verb is taken away. */
  readonly signal: AbortSignal;
  /** Shows a JSON value at once: a line, or a row of figures. */
  report(this: void, record: unknown): void;
}

/** What a verb is run with: checked, and of the types that its parameters say. */
export type VerbArgs = Readonly<Record<string, string | number | boolean | undefined>>;

/** Arguments as they are given: of the right types, or as text that says the same. */
export type GivenArgs = Readonly<Record<string, string | number | boolean>>;

/** What is known of a verb without running it, as JSON. */
export interface VerbInfo {
  readonly name: string;
  readonly summary: string;
  readonly params: readonly VerbParamInfo[];
}

/** A parameter of a verb, as JSON. */
export interface VerbParamInfo {
  readonly name: string;
  readonly type: VerbParamType;
  readonly positional: boolean;
  readonly required: boolean;
  readonly description: string;
  readonly choices?: readonly string[];
}
