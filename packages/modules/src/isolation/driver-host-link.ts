import { BusError, type DriverCore, systemRuntime, type Timer } from "auxbus";
import { CallTracing } from "./call-trace.ts";
import { Link } from "./link.ts";
import type { HostConfig } from "./protocol.ts";
import type { Session } from "./session.ts";
import { type HostKind, type HostLimits, type StartedHost, startProcess, startWorker } from "./start-host.ts";

/** A worker or process with drivers in it, as the side of the bus sees it. */
export class DriverHost {
  readonly kind: HostKind;
  readonly name: string;
  readonly pid: number | undefined;
  /** Resolves to the reason when it has ended, whoever ended it: with nothing of it left. */
  readonly ended: Promise<string>;
  readonly #started: StartedHost;
  readonly #link: Link;
  readonly #timers = new HostTimers();
  #why: string | null = null;

  constructor(core: DriverCore, kind: HostKind, limits: HostLimits, folders: readonly string[]) {
    const virtual = core.runtime.now !== systemRuntime.now;
    const config: HostConfig = {
      clock: virtual ? "host" : "own",
      timeOrigin: performance.timeOrigin,
      tracing: core.runtime.context !== undefined,
    };
    this.kind = kind;
    this.#started = kind === "worker" ? startWorker(config, limits) : startProcess(config, limits, folders);
    this.name = this.#started.name;
    this.pid = this.#started.pid;
    this.#timers.core = core;
    this.#started.onOutput((line) => core.log.info(`${this.name}: ${line}`));
    this.#link = new Link({
      channel: this.#started.channel,
      tracing: config.tracing ? new CallTracing() : undefined,
      clock: virtual ? () => core.runtime.now() : undefined,
      events: {
        failed: (error) => core.log.error(`${this.name}: ${error.message}`, { error }),
      },
    });
    void this.#link
      .open(this.#timers)
      .ask("control")
      .catch(() => undefined);
    this.ended = this.#started.ended.then((why) => {
      this.#end(why);
      return this.#why ?? why;
    });
  }

  /** It is not there any more, or is being ended. */
  get dead(): boolean {
    return this.#why !== null;
  }

  /** Why it has ended, or is being ended. */
  get why(): string | null {
    return this.#why;
  }

  open(root: object): Session {
    return this.#link.open(root);
  }

  /** Ends it, whatever it is doing. Calls into it are rejected at once. */
  end(why: string): Promise<string> {
    this.#end(why);
    this.#started.kill();
    return this.ended;
  }

  #end(why: string): void {
    if (this.#why !== null) return;
    this.#why = why;
    this.#timers.cancelAll();
    this.#link.end(new BusError("ENODEV", `${this.name} has ended: ${why}`, { op: "call" }));
  }

  /** Resolves when it has answered; a hanging one does not. */
  alive(): Promise<void> {
    return this.#link.alive();
  }

  /** Waits until it has nothing more to do by itself. */
  async rest(): Promise<void> {
    if (this.#why === null) await this.#link.rest();
  }

  /** How many messages there have been. */
  get messages(): number {
    return this.#link.messages;
  }

  /** How many conversations are going on; one is the host's own. */
  get sessions(): number {
    return this.#link.sessions;
  }
}

/** Timers that isolated drivers have set on the clock of the bus. */
class HostTimers {
  core: DriverCore | null = null;
  readonly #timers = new Map<number, Timer>();

  setTimer(id: number, fn: () => Promise<void>, ms: number): void {
    const runtime = this.core?.runtime;
    if (runtime === undefined) return;
    const timer = runtime.setTimer(() => {
      this.#timers.delete(id);
      // The host's end is noticed elsewhere.
      fn().catch(() => undefined);
    }, ms);
    this.#timers.set(id, timer);
  }

  cancelTimer(id: number): void {
    this.#timers.get(id)?.cancel();
    this.#timers.delete(id);
  }

  cancelAll(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
