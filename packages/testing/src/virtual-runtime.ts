import type { CallContext, Runtime, Timer } from "auxbus";
import { promisesSettled } from "./settle.ts";

export interface VirtualRuntimeOptions {
  /** What `now()` says at first, in milliseconds. */
  readonly start?: number;
  /**
   * When deferred work runs: `late`, when it is asked for (the default), or `at once`, before the call that defers
   * it goes on, as when another processor takes it up immediately. What is right is right either way.
   */
  readonly deferral?: Deferral;
  /** Makes `EDEADLK` detection exact across `await`; on Node `new AsyncLocalStorage()`. */
  readonly context?: CallContext;
}

export type Deferral = "late" | "at once";

interface VirtualTimer {
  readonly due: number;
  readonly fn: () => void;
}

/**
 * A runtime in which time passes only when a test says so, and deferred work runs only when it is asked for: the
 * same calls give the same order of events on every machine.
 */
export class VirtualRuntime implements Runtime {
  readonly context: CallContext | undefined;
  #now: number;
  /** In the order in which they fire: by time, then by the order in which they were set. */
  readonly #timers: VirtualTimer[] = [];
  readonly #work: (() => void)[] = [];
  readonly #deferral: Deferral;
  #working = false;
  /**
   * What else has to come to rest before time goes on: drivers in workers and processes. Each answers whether it
   * had anything to do.
   */
  readonly outside: Set<() => Promise<boolean>> = new Set();
  /** How many calls of `runUntilIdle` are running work at the moment. */
  #runners = 0;

  constructor(options: VirtualRuntimeOptions = {}) {
    this.#now = options.start ?? 0;
    this.context = options.context;
    this.#deferral = options.deferral ?? "late";
  }

  now(): number {
    return this.#now;
  }

  setTimer(fn: () => void, ms: number): Timer {
    const timer: VirtualTimer = { due: this.#now + Math.max(0, ms), fn };
    const later = this.#timers.findIndex(({ due }) => due > timer.due);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return {
      cancel: () => {
        const index = this.#timers.indexOf(timer);
        if (index !== -1) this.#timers.splice(index, 1);
      },
    };
  }

  defer(fn: () => void): void {
    if (this.#deferral === "late" || this.#working) {
      this.#work.push(fn);
      return;
    }
    this.#working = true;
    try {
      for (let next: (() => void) | undefined = fn; next !== undefined; next = this.#work.shift()) next();
    } finally {
      this.#working = false;
    }
  }

  /** How many timers are set. A test that ends with some has left something behind. */
  get timers(): number {
    return this.#timers.length;
  }

  /** How many pieces of deferred work wait. */
  get work(): number {
    return this.#work.length;
  }

  /** When the next timer is due, on the clock of `now()`. */
  get nextTimer(): number | undefined {
    return this.#timers[0]?.due;
  }

  /**
   * Lets promises settle, runs the first piece of deferred work, lets promises settle again.
   *
   * @returns whether there was any
   */
  async step(): Promise<boolean> {
    await this.#settled();
    const fn = this.#work.shift();
    if (fn === undefined) return false;
    fn();
    await this.#settled();
    return true;
  }

  async #settled(): Promise<void> {
    await promisesSettled();
    for (let busy = this.outside.size > 0; busy;) {
      busy = false;
      for (const rest of this.outside) busy = (await rest()) || busy;
      await promisesSettled();
    }
  }

  /** Runs deferred work until none is left and no promise can settle. Time stands still. */
  async runUntilIdle(): Promise<void> {
    this.#runners++;
    try {
      while (await this.step());
    } finally {
      this.#runners--;
    }
  }

  /** Lets `ms` milliseconds pass: each timer fires at its time, and all its consequences come before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.runUntilIdle();
    for (let timer = this.#timers[0]; timer !== undefined && timer.due <= end; timer = this.#timers[0]) {
      this.#timers.shift();
      this.#now = timer.due;
      timer.fn();
      await this.runUntilIdle();
    }
    this.#now = end;
  }

  /** Waits for `promise`, running deferred work as long as it is needed, but letting no time pass. */
  async complete<T>(promise: Promise<T>): Promise<T> {
    const outcome = { settled: false };
    const settle = (): void => {
      outcome.settled = true;
    };
    promise.then(settle, settle);
    await promisesSettled();
    while (!outcome.settled) {
      if (this.#runners > 0) await promisesSettled();
      else if (!(await this.step())) throw new StuckError();
    }
    return promise;
  }
}

/** What was waited for cannot happen any more without time passing or somebody else acting. */
export class StuckError extends Error {
  override readonly name: string = "StuckError";

  constructor() {
    super(
      "nothing is left to run, and what was waited for has not happened; does it need time (advance) or another call?",
    );
  }
}
