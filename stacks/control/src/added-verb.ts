import { BusError } from "auxbus";
import { describeVerb } from "./describe.ts";
import type { GivenArgs, Verb, VerbContext, VerbInfo, VerbParam } from "./verb.ts";

/** A verb that can be run, until it is taken away. */
export class AddedVerb {
  readonly info: VerbInfo;
  readonly #verb: Verb;
  readonly #params: readonly VerbParam[];
  readonly #running = new Set<AbortController>();

  /** @throws {BusError} `EINVAL` the verb is not as it should be */
  constructor(verb: Verb) {
    this.info = describeVerb(verb);
    this.#verb = verb;
    this.#params = [...(verb.params ?? [])];
  }

  /** @param args checked already */
  async run(args: GivenArgs, context: VerbContext): Promise<unknown> {
    const { signal } = context;
    signal.throwIfAborted();
    const running = new AbortController();
    const stop = (): void => running.abort(signal.reason);
    signal.addEventListener("abort", stop);
    this.#running.add(running);
    try {
      return await this.#verb.run(args, {
        signal: running.signal,
        report: (record) => {
          if (running.signal.aborted || !this.#running.has(running)) return;
          // Whoever listens may be in another process, and gone: then nobody waits any more.
          new Promise<void>((resolve) => resolve(context.report(record))).catch((error: unknown) =>
            running.abort(error),
          );
        },
      });
    } finally {
      signal.removeEventListener("abort", stop);
      this.#running.delete(running);
    }
  }

  /** What a parameter can be at the moment. @throws {BusError} `EINVAL` there is no such parameter */
  async complete(name: string): Promise<string[]> {
    const at = this.info.params.findIndex((param) => param.name === name);
    const info = this.info.params[at];
    if (info === undefined) {
      throw new BusError("EINVAL", `${this.info.name} has no parameter ${name}`, { op: "complete" });
    }
    const live = await this.#params[at]?.complete?.();
    return [...(live ?? info.choices ?? (info.type === "boolean" ? ["on", "off"] : []))];
  }

  /** Ends what is running of it. */
  withdraw(): void {
    for (const running of this.#running) {
      running.abort(
        new BusError("ENODEV", `${this.info.name} has been taken away while it was running`, { op: "run" }),
      );
    }
  }
}
