import type { CallContext, Runtime, Timer } from "auxbus";
import { promisesSettled } from "./settle.ts";

export interface VirtualRuntimeOptions {
  /** What `now()` says at first, in milliseconds. */
  readonly start?: number;
  /** When deferred work runs. What is right is right either way. */
  readonly deferral?: Deferral;
  /** Makes `EDEADLK` detection exact across `await`; on Node `new AsyncLocalStorage()`. */
  readonly context?: CallContext;
}

/**
 * `late`: when it is asked for (the default). `at once`: before the call that defers it goes on, as when another
 * processor takes it up immediately. Or as a schedule says.
 */
export type Deferral = "late" | "at once" | Schedule;

/** Says what is done when: plays the other processors. */
export interface Schedule {
  /**
   * Asked wherever another processor might take up a piece of deferred work: when work was deferred, where a test
   * calls `turn()`, and, as `needed`, when nothing can go on without.
   *
   * @param waiting how many pieces wait, the oldest is 0
   * @returns which of them begins now; -1: none, which is no answer to `needed`
   */
  next(waiting: number, needed: boolean): number;
  /** Asked where a test calls `pause()`: whether what is about to go on is held up. Without: never. */
  pause?(): boolean;
}

interface VirtualTimer {
  readonly due: number;
  readonly fn: () => void;
}

const SCHEDULES: Readonly<Record<"late" | "at once", Schedule>> = {
  late: { next: (_, needed) => (needed ? 0 : -1) },
  "at once": { next: () => 0 },
};

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
  readonly #schedule: Schedule;
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
    const { deferral = "late" } = options;
    this.#schedule = typeof deferral === "string" ? SCHEDULES[deferral] : deferral;
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
    this.#work.push(fn);
    this.turn();
  }

  /** Something happens that others may see: deferred work may begin here, if the schedule says so. */
  turn(): void {
    while (this.#work.length > 0) {
      const next = this.#schedule.next(this.#work.length, false);
      if (next === -1) return;
      this.#begin(next);
    }
  }

  /**
   * Something may be held up here, if the schedule says so: it then goes on as a piece of deferred work.
   *
   * @returns until it may go on; undefined: at once
   */
  pause(): Promise<void> | undefined {
    if (this.#schedule.pause?.() !== true) return undefined;
    return new Promise((resolve) => this.defer(resolve));
  }

  #begin(index: number): void {
    const [fn] = this.#work.splice(index, 1);
    if (fn === undefined) throw new RangeError(`the schedule has chosen piece ${index} of ${this.#work.length}`);
    fn();
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
    if (this.#work.length === 0) return false;
    this.#begin(this.#schedule.next(this.#work.length, true));
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
