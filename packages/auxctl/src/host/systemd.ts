import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { colorsFor } from "../colors.ts";
import { toError } from "auxbus";
import type { Io } from "../io.ts";

const exec = promisify(execFile);

/** Tells systemd how the host is, when it has been started by systemd. Node itself cannot send datagrams to a socket. */
export class Systemd {
  readonly #io: Io;
  readonly #told: boolean;
  /** Milliseconds between two signs of life; null: nobody waits for them. */
  readonly #interval: number | null;
  #last: Promise<void> = Promise.resolve();
  #timer: Disposable | undefined;
  #complained = false;

  private constructor(io: Io, told: boolean, interval: number | null) {
    this.#io = io;
    this.#told = told;
    this.#interval = interval;
  }

  static of(io: Io): Systemd {
    const { NOTIFY_SOCKET: socket = "", WATCHDOG_USEC: usec, WATCHDOG_PID: pid } = io.env;
    const told = socket !== "";
    const mine = pid === undefined || Number(pid) === process.pid;
    const microseconds = Number(usec);
    return new Systemd(io, told, told && mine && microseconds > 0 ? microseconds / 2000 : null);
  }

  /** One after the other. */
  say(...states: readonly string[]): void {
    if (!this.#told) return;
    this.#last = this.#last.then(() => this.#send(states));
  }

  /** From now on, as long as the event loop turns. */
  feedWatchdog(): void {
    if (this.#interval === null) return;
    this.say("WATCHDOG=1");
    this.#timer = this.#io.after(this.#interval, () => this.feedWatchdog());
  }

  /** When all has been said. */
  end(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    return this.#last;
  }

  async #send(states: readonly string[]): Promise<void> {
    try {
      await exec("systemd-notify", [...states], { env: { ...this.#io.env } });
    } catch (error) {
      if (this.#complained) return;
      this.#complained = true;
      const red = colorsFor(this.#io.err, this.#io.env).red("auxctl:");
      const why = toError(error).message.trim();
      this.#io.err.write(`${red} systemd is not told (Type=notify needs systemd-notify; else use Type=exec): ${why}\n`);
    }
  }
}
