import { isErrno } from "auxbus";
import type { Answer, Command } from "./command.ts";
import { ScenarioError } from "./scenario-error.ts";

/** The names that a scenario has given so far, with the lines where it gave them. */
export class Declarations {
  readonly parents: Map<string, number> = new Map();
  readonly devices: Map<string, number> = new Map();
  readonly drivers: Map<string, number> = new Map();
}

export interface CommandLineOptions {
  readonly file: string;
  readonly line: number;
  /** Begins with the command itself. */
  readonly words: readonly string[];
  readonly usage: string;
  readonly declarations: Declarations;
  /** Parses a command that stands in this one. */
  readonly parse: (words: readonly string[]) => Command;
}

/** One line of a scenario while it is being parsed: arguments are taken from the front, then options by name. */
export class CommandLine {
  readonly declarations: Declarations;
  readonly #file: string;
  readonly #line: number;
  readonly #usage: string;
  readonly #words: string[];
  readonly #label: string[];
  readonly #parse: (words: readonly string[]) => Command;

  constructor(options: CommandLineOptions) {
    this.declarations = options.declarations;
    this.#file = options.file;
    this.#line = options.line;
    this.#usage = options.usage;
    this.#words = options.words.slice(1);
    this.#label = options.words.slice(0, 1);
    this.#parse = options.parse;
  }

  get line(): number {
    return this.#line;
  }

  /** The command and the arguments taken so far. */
  get label(): string {
    return this.#label.join(" ");
  }

  error(message: string): ScenarioError {
    return new ScenarioError(this.#file, this.#line, `${message}; expected: ${this.#usage}`);
  }

  /** The next argument. */
  word(what: string): string {
    const word = this.#words.shift();
    if (word === undefined) throw this.error(`${what} is missing`);
    this.#label.push(word);
    return word;
  }

  /** The next argument, one of a few words. */
  oneOf<const T extends string>(what: string, choices: readonly T[]): T {
    const word = this.word(what);
    const choice = choices.find((c) => c === word);
    if (choice === undefined) throw this.error(`${what} is ${choices.join(", ")}, not ${word}`);
    return choice;
  }

  /** The next argument, a name that was declared. */
  declared(kind: "parents" | "devices" | "drivers"): string {
    return this.checkDeclared(this.word(`the ${SINGULAR[kind]}`), kind);
  }

  /** The next argument, a name that is declared here. */
  declare(kind: "devices" | "drivers"): string {
    const name = this.word(`the ${SINGULAR[kind]}`);
    const before = this.declarations[kind].get(name);
    if (before !== undefined) throw this.error(`${SINGULAR[kind]} ${name} is declared in line ${before} already`);
    this.declarations[kind].set(name, this.#line);
    return name;
  }

  checkDeclared(name: string, kind: "parents" | "devices" | "drivers"): string {
    if (!this.declarations[kind].has(name)) throw this.error(`no ${SINGULAR[kind]} ${name} is declared above`);
    return name;
  }

  /** All words that are left. */
  rest(): string[] {
    return this.#words.splice(0);
  }

  /** The command that all words that are left make. */
  command(): Command {
    if (this.#words.length === 0) throw this.error("the command is missing");
    return this.#parse(this.rest());
  }

  /** The value of the option `key=…`. */
  option(key: string): string | undefined {
    const index = this.#words.findIndex((word) => word.startsWith(`${key}=`));
    if (index === -1) return undefined;
    const [word = ""] = this.#words.splice(index, 1);
    return word.slice(key.length + 1);
  }

  number(key: string): number | undefined {
    const value = this.option(key);
    return value === undefined ? undefined : this.toNumber(key, value);
  }

  toNumber(what: string, value: string): number {
    if (!/^-?\d+$/.test(value)) throw this.error(`${what} is a number, not "${value}"`);
    return Number(value);
  }

  answer(what: string, value: string): Answer {
    if (value === "0") return 0;
    if (!isErrno(value)) throw this.error(`${what} is 0 or an errno name, not "${value}"`);
    return value;
  }

  /** Whether the bare word `name` is there. */
  flag(name: string): boolean {
    const index = this.#words.indexOf(name);
    if (index !== -1) this.#words.splice(index, 1);
    return index !== -1;
  }

  /** Nothing may be left. */
  end(): void {
    const [word] = this.#words;
    if (word !== undefined) throw this.error(`"${word}" is not known here`);
  }
}

const SINGULAR = { parents: "parent", devices: "device", drivers: "driver" } as const;
