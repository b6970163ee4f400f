import type { Io } from "../packages/auxctl/src/io.ts";
import { runProgram } from "../packages/auxctl/src/program.ts";

export interface FakeIoOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly tty?: boolean;
  readonly input?: string;
}

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/** A process that the command line can be run in without one. */
export class FakeIo implements Io {
  readonly out: Io["out"];
  readonly err: Io["err"];
  readonly env: Record<string, string>;
  readonly cwd: string;
  stdout = "";
  stderr = "";
  exits: number[] = [];
  /** How many things keep the process alive or listen to it. */
  held = 0;
  readonly #input: string;
  readonly #interrupts = new Set<(signal: "SIGINT" | "SIGTERM") => void>();
  readonly #timers = new Set<Timer>();
  readonly #hangups = new Set<() => void>();
  #now = 0;
  readonly #typed = new Set<() => void>();
  readonly #watchers: { readonly text: string; readonly found: () => void }[] = [];

  constructor(options: FakeIoOptions = {}) {
    const isTTY = options.tty ?? false;
    this.out = { isTTY, write: (text) => this.#written((this.stdout += text)) };
    this.err = { isTTY, write: (text) => this.#written((this.stderr += text)) };
    this.env = options.env ?? { LANG: "C.UTF-8" };
    this.cwd = options.cwd ?? process.cwd();
    this.#input = options.input ?? "";
  }

  #written(all: string): void {
    for (const { text, found } of this.#watchers) if (all.includes(text)) found();
  }

  /** When `text` has been written. */
  wrote(text: string): Promise<void> {
    return new Promise((found) => void this.#watchers.push({ text, found }));
  }

  interrupt(signal: "SIGINT" | "SIGTERM"): void {
    for (const fn of this.#interrupts) fn(signal);
  }

  pressEnter(): void {
    for (const fn of this.#typed) fn();
  }

  readInput(): Promise<string> {
    return Promise.resolve(this.#input);
  }

  onTypedLine(fn: () => void): Disposable {
    this.#typed.add(fn);
    return this.#hold(() => this.#typed.delete(fn));
  }

  onInterrupt(fn: (signal: "SIGINT" | "SIGTERM") => void): Disposable {
    this.#interrupts.add(fn);
    return this.#hold(() => this.#interrupts.delete(fn));
  }

  onHangup(fn: () => void): Disposable {
    this.#hangups.add(fn);
    return this.#hold(() => this.#hangups.delete(fn));
  }

  hangUp(): void {
    for (const fn of this.#hangups) fn();
  }

  after(ms: number, fn: () => void): Disposable {
    this.held++;
    const timer = { at: this.#now + ms, fn };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => this.#forget(timer) };
  }

  #forget(timer: Timer): void {
    if (this.#timers.delete(timer)) this.held--;
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets the time of `after` go by. */
  pass(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) {
      if (timer.at > this.#now) continue;
      this.#forget(timer);
      timer.fn();
    }
  }

  now(): number {
    return Date.now() + this.#now;
  }

  keepAlive(): Disposable {
    return this.#hold(() => {});
  }

  exit(code: number): void {
    this.exits.push(code);
  }

  #hold(release: () => void): Disposable {
    this.held++;
    return {
      [Symbol.dispose]: () => {
        this.held--;
        release();
      },
    };
  }
}

/** What a command line printed and ended with. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function auxctl(args: readonly string[], options: FakeIoOptions = {}): Promise<Ran> {
  const io = new FakeIo(options);
  const code = await runProgram(args, io);
  return { code, stdout: io.stdout, stderr: io.stderr };
}
