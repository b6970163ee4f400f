import { near, type VerbInfo, type VerbParamInfo } from "@auxbus/control";
import { UsageError } from "../exit-code.ts";

/** What may come next. */
export interface Expected {
  /** A value of this parameter. */
  readonly value: VerbParamInfo | undefined;
  /** One of these names of parameters. */
  readonly names: readonly string[];
  /** An option of one of these names; undefined: what comes is a value, whatever it looks like. */
  readonly options: readonly string[] | undefined;
}

/**
 * What is said after the name of a verb, as iproute2 reads it: `set pci/0000:08:00.0 mode switchdev`. Words that are
 * no names of parameters are the positional ones in turn; those that are required come before all names.
 */
export class VerbWords {
  readonly #verb: VerbInfo;
  /** The next words of longer verbs, for messages. */
  readonly #commands: readonly string[];
  readonly #given = new Map<string, string | boolean>();
  /** Its name has been said, its value has not. */
  #awaited: VerbParamInfo | undefined;

  constructor(verb: VerbInfo, commands: readonly string[] = []) {
    this.#verb = verb;
    this.#commands = commands;
  }

  expected(): Expected {
    const awaited = this.#awaited;
    if (awaited !== undefined && awaited.type !== "boolean") return { value: awaited, names: [], options: undefined };
    if (awaited !== undefined) {
      const others = this.#verb.params.filter(({ name, positional }) => !positional && !this.#given.has(name));
      return { value: awaited, names: others.filter((p) => p !== awaited).map(({ name }) => name), options: undefined };
    }
    const free = this.#verb.params.filter(({ name }) => !this.#given.has(name));
    const value = free.find(({ positional }) => positional);
    const options = free.filter(({ positional }) => !positional).map(({ name }) => name);
    return { value, names: value?.required === true ? [] : options, options };
  }

  /** The next word. @throws {UsageError} nothing takes it */
  take(word: string): void {
    this.#settleBoolean(word);
    const { value, names, options } = this.expected();
    const named = options === undefined || value?.required === true ? undefined : this.#named(word);
    if (named !== undefined) this.#await(named);
    else if (value === undefined) throw this.#unexpected(word, names);
    else {
      this.#awaited = undefined;
      this.#give(value, word);
    }
  }

  /** An option. @param value left out: it is the next word, or a boolean that is on. @throws {UsageError} */
  option(name: string, value?: string): void {
    const param = this.#named(name);
    if (param === undefined) throw this.#unexpected(`--${name}`, []);
    if (value !== undefined) this.#give(param, value);
    else if (param.type === "boolean") this.#give(param, true);
    else this.#await(param);
  }

  /** All that was given. @throws {UsageError} a value is missing */
  end(): Record<string, string | boolean> {
    this.#settleBoolean();
    if (this.#awaited !== undefined) throw this.#wrong(`${this.#awaited.name} has no value`);
    return Object.fromEntries(this.#given);
  }

  /** A boolean that is only named is on: `up`, as well as `up on`. */
  #settleBoolean(next?: string): void {
    const awaited = this.#awaited;
    if (awaited?.type !== "boolean" || (next !== undefined && this.#named(next) === undefined)) return;
    this.#awaited = undefined;
    this.#give(awaited, true);
  }

  #named(name: string): VerbParamInfo | undefined {
    return this.#verb.params.find((param) => param.name === name && !param.positional);
  }

  #give(param: VerbParamInfo, value: string | boolean): void {
    this.#refuseTwice(param);
    this.#given.set(param.name, value);
  }

  #await(param: VerbParamInfo): void {
    this.#refuseTwice(param);
    this.#awaited = param;
  }

  #refuseTwice({ name }: VerbParamInfo): void {
    if (this.#given.has(name)) throw this.#wrong(`${name} is given twice`);
  }

  #unexpected(word: string, names: readonly string[]): UsageError {
    const allowed = [...names, ...this.#commands];
    const meant = near(word, allowed).map((other) => `, did you mean ${other}?`)[0] ?? "";
    const takes = allowed.length === 0 ? "nothing can come here" : `there are ${allowed.join(", ")}`;
    return this.#wrong(`unexpected ${word}${meant} (${takes})`);
  }

  #wrong(complaint: string): UsageError {
    return new UsageError(`${this.#verb.name}: ${complaint}`);
  }
}
