import { type Awaitable, BusError, type Runtime } from "auxbus";

export interface HealthReporterSpec {
  readonly name: string;
  /** Milliseconds after a recovery in which another error is not recovered from by itself. */
  readonly gracePeriod: number;
  recover(): Awaitable<void>;
}

export interface HealthReporterInfo {
  readonly name: string;
  readonly state: "healthy" | "error";
  readonly errors: number;
  readonly recoveries: number;
  readonly gracePeriod: number;
  readonly autoRecover: boolean;
  readonly message: string | null;
}

/** Counts the errors of one kind, and recovers from them (the kernel's `devlink_health_reporter`). */
export class HealthReporter {
  readonly name: string;
  autoRecover = true;
  readonly #spec: HealthReporterSpec;
  readonly #runtime: Runtime;
  #state: "healthy" | "error" = "healthy";
  #errors = 0;
  #recoveries = 0;
  #lastRecovery = 0;
  #message: string | null = null;

  constructor(runtime: Runtime, spec: HealthReporterSpec) {
    this.name = spec.name;
    this.#runtime = runtime;
    this.#spec = spec;
  }

  get state(): "healthy" | "error" {
    return this.#state;
  }

  info(): HealthReporterInfo {
    return {
      name: this.name,
      state: this.#state,
      errors: this.#errors,
      recoveries: this.#recoveries,
      gracePeriod: this.#spec.gracePeriod,
      autoRecover: this.autoRecover,
      message: this.#message,
    };
  }

  /**
   * For the driver: something is wrong. Recovers, unless an operator does not want it, the last error is still there,
   * or the last recovery was only just.
   *
   * @throws {BusError} `ECANCELED` it is not recovered from; else what the driver's `recover` throws
   */
  async report(message: string): Promise<void> {
    const again = this.#state === "error" || this.#tooSoon();
    this.#errors++;
    this.#state = "error";
    this.#message = message;
    if (!this.autoRecover) return;
    if (again) {
      throw new BusError(
        "ECANCELED",
        `${this.name}: not recovered by itself again within ${this.#spec.gracePeriod} ms`,
        {
          op: "health report",
        },
      );
    }
    await this.recover();
  }

  #tooSoon(): boolean {
    return this.#recoveries > 0 && this.#runtime.now() - this.#lastRecovery < this.#spec.gracePeriod;
  }

  /** Recovers now, for an operator. @throws what the driver's `recover` throws */
  async recover(): Promise<void> {
    if (this.#state === "healthy") return;
    await this.#spec.recover();
    this.#state = "healthy";
    this.#recoveries++;
    this.#lastRecovery = this.#runtime.now();
  }
}
