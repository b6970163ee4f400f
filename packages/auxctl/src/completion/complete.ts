import type { Command, Option } from "commander";
import { OWN_WORDS } from "../command-list.ts";
import { awaitedOption, commandFirst } from "../host/command-first.ts";
import { hostIn, isHostFlag } from "../host/view-in.ts";
import { createProgram } from "../program.ts";
import type { Shell } from "../shell.ts";
import { completeVerb } from "../verbs/complete-verb.ts";
import { liveNames, PATIENCE } from "./live-names.ts";
import { ARGUMENTS, OPTIONS, type Values } from "./values.ts";

/** A word that can come, and what it is about. */
export interface Candidate {
  readonly word: string;
  readonly about?: string;
}

/** What the word that is being typed can become. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** It can be a file, too. */
  readonly files: boolean;
}

/** Completes a command line. @param line the words behind `auxctl`; the last is the one that is being typed */
export async function complete(line: readonly string[], shell: Shell): Promise<Completion> {
  return thatBeginWith(line.at(-1) ?? "", await new Completer(line, shell).complete());
}

/** Of what can come, what does not contradict the word that is being typed. */
export function thatBeginWith(typed: string, { candidates, files }: Completion): Completion {
  // What would disturb a terminal is not shown in one.
  const shown = candidates.filter(({ word }) => word.startsWith(typed) && !/\p{Cc}/u.test(word));
  return { candidates: shown, files };
}

class Completer {
  readonly #line: readonly string[];
  readonly #shell: Shell;
  readonly #program: Command;
  readonly #typed: string;

  constructor(line: readonly string[], shell: Shell) {
    this.#line = line;
    this.#shell = shell;
    this.#program = createProgram(shell);
    this.#typed = line.at(-1) ?? "";
  }

  async complete(): Promise<Completion> {
    const before = this.#line.slice(0, -1);
    const awaited = awaitedOption(before);
    if (awaited !== undefined) return this.#values(OPTIONS[awaited] ?? []);
    const [first, ...rest] = commandFirst(before);
    if (first?.startsWith("-") !== false) return this.#firstWord();
    if (first === "help") return this.#help(rest);
    const command = this.#program.commands.find((each) => each.name() === first);
    return command === undefined ? this.#verbs(this.#line, false) : this.#inside(command, rest);
  }

  async #firstWord(): Promise<Completion> {
    const own = visible(this.#program).map((command) => ({ word: command.name(), about: command.summary() }));
    const options = [
      { word: "--help", about: "print help" },
      { word: "--version", about: "print the version" },
    ];
    const { candidates } = await this.#verbs(this.#line, false);
    return { candidates: [...own, ...options, ...candidates], files: false };
  }

  async #help(rest: readonly string[]): Promise<Completion> {
    const own = rest.length === 0 ? visible(this.#program).map((command) => ({ word: command.name() })) : [];
    if (OWN_WORDS.has(rest[0] ?? "")) return NOTHING;
    const { candidates } = await this.#verbs(this.#line.slice(1), true);
    return { candidates: [...own, ...candidates], files: false };
  }

  async #verbs(line: readonly string[], helping: boolean): Promise<Completion> {
    if (isHostFlag(line.at(-2))) return this.#values(OPTIONS["--host"] ?? []);
    try {
      const client = await this.#shell.host(hostIn(line.slice(0, -1)), { timeout: PATIENCE });
      return { candidates: (await completeVerb(line, helping, client)).map((word) => ({ word })), files: false };
    } catch {
      // Whatever keeps the host from answering: completion says nothing about it.
      return NOTHING;
    }
  }

  /** What comes behind a command of auxctl. */
  async #inside(command: Command, said: readonly string[]): Promise<Completion> {
    const options = command.createHelp().visibleOptions(command);
    let awaited: Option | undefined;
    let position = 0;
    let onlyArguments = false;
    for (const word of said) {
      if (awaited !== undefined) awaited = undefined;
      else if (onlyArguments || !word.startsWith("-") || word === "-") position++;
      else if (word === "--") onlyArguments = true;
      else awaited = command.options.find((each) => each.required && (each.long === word || each.short === word));
    }
    if (awaited !== undefined) return this.#optionValue(awaited, "");
    const [, name] = /^(--[^=]+)=/.exec(this.#typed) ?? [];
    const given = options.find(({ long }) => long === name);
    if (name !== undefined && given !== undefined) return this.#optionValue(given, `${name}=`);
    if (this.#typed.startsWith("-") && !onlyArguments) return { candidates: options.flatMap(flagsOf), files: false };
    return this.#argument(command, position);
  }

  async #optionValue({ long, argChoices }: Option, before: string): Promise<Completion> {
    if (argChoices !== undefined)
      return { candidates: argChoices.map((word) => ({ word: before + word })), files: false };
    const { candidates, files } = await this.#values(OPTIONS[long ?? ""] ?? []);
    return { candidates: candidates.map(({ word }) => ({ word: before + word })), files: files && before === "" };
  }

  async #argument(command: Command, position: number): Promise<Completion> {
    const expected = command.registeredArguments;
    const argument = expected[position] ?? (expected.at(-1)?.variadic === true ? expected.at(-1) : undefined);
    if (argument === undefined) return NOTHING;
    if (argument.argChoices !== undefined) {
      return { candidates: argument.argChoices.map((word) => ({ word })), files: false };
    }
    const kinds = ARGUMENTS[command.name()] ?? [];
    return this.#values(kinds[position] ?? kinds.at(-1) ?? []);
  }

  /** The line as it names whose names are asked for. */
  #named(): readonly string[] {
    return KERNELS.has(commandFirst(this.#line)[0] ?? "") ? ["--linux", ...this.#line] : this.#line;
  }

  async #values(kinds: readonly Values[]): Promise<Completion> {
    const lists = kinds
      .filter((kind) => kind !== "files")
      .map((kind) => liveNames(kind, this.#named(), this.#shell).catch(() => []));
    const words = new Set((await Promise.all(lists)).flat());
    return { candidates: [...words].map((word) => ({ word })), files: kinds.includes("files") };
  }
}

/** Commands that are about a kernel and nothing else. */
const KERNELS: ReadonlySet<string> = new Set(["drivers"]);

const NOTHING: Completion = { candidates: [], files: false };

function visible(program: Command): readonly Command[] {
  return program.createHelp().visibleCommands(program);
}

function flagsOf({ short, long, description }: Option): Candidate[] {
  return [short, long].flatMap((word) => (word === undefined ? [] : [{ word, about: description }]));
}
