import type { Runtime } from "./runtime.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** One line of the bus's log, the kernel's `dmesg`. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly device?: string | undefined;
  readonly driver?: string | undefined;
  readonly error?: unknown;
  /** Milliseconds on the runtime's clock. */
  readonly time: number;
}

export type LogDetails = Pick<LogRecord, "device" | "driver" | "error">;

/** Where the bus and its drivers say what happened. Nothing is kept; subscribe to see it. */
export class KernelLog {
  readonly #runtime: Runtime;
  readonly #subscribers = new Set<(record: LogRecord) => void>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  subscribe(fn: (record: LogRecord) => void): Disposable {
    this.#subscribers.add(fn);
    return { [Symbol.dispose]: () => void this.#subscribers.delete(fn) };
  }

  write(level: LogLevel, message: string, details?: LogDetails): void {
    if (this.#subscribers.size === 0) return;
    const record: LogRecord = { level, message, ...details, time: this.#runtime.now() };
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(record);
      } catch (error) {
        // Nowhere to log it: it is thrown where it harms no operation.
        this.#runtime.defer(() => {
          throw error;
        });
      }
    }
  }

  debug(message: string, details?: LogDetails): void {
    this.write("debug", message, details);
  }

  info(message: string, details?: LogDetails): void {
    this.write("info", message, details);
  }

  warn(message: string, details?: LogDetails): void {
    this.write("warn", message, details);
  }

  error(message: string, details?: LogDetails): void {
    this.write("error", message, details);
  }
}
