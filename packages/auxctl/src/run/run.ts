import { AsyncLocalStorage } from "node:async_hooks";
import { type BusView, DriverCore, systemRuntime } from "auxbus";
import { ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { LoadedModule, ModuleError } from "./loaded-module.ts";
import type { Params } from "./module-params.ts";
import type { ModuleSource } from "./module-source.ts";
import type { RunReport } from "./run-report.ts";
import { reasons } from "./tree.ts";

export interface RunOptions {
  /** Print the tree and leave. */
  readonly once: boolean;
}

/** Milliseconds to wait for probes that run beside the loading, before the tree is shown as it is. */
const SETTLE_LIMIT = 1000;

/** A bus in the foreground: loads the modules, shows what happens, takes everything down in order. */
export async function run(
  sources: readonly ModuleSource[],
  params: ReadonlyMap<string, Params>,
  options: RunOptions,
  report: RunReport,
  io: Io,
): Promise<ExitCode> {
  const core = new DriverCore({ runtime: { ...systemRuntime, context: new AsyncLocalStorage() } });
  const view = core.view();
  const interrupt = new Interrupt(io, () => report.stopping());
  const alive = io.keepAlive();
  core.log.subscribe((record) => report.log(record));
  const uevents = options.once ? undefined : new UeventPrinter(view, report);
  const loaded: LoadedModule[] = [];
  let code: ExitCode = ExitCode.ok;
  const fail = (error: unknown): void => {
    if (!(error instanceof ModuleError)) throw error;
    report.failure(error);
    code = ExitCode.failed;
  };
  try {
    for (const source of sources) {
      if (interrupt.happened) break;
      loaded.push(await LoadedModule.load(source, core, params.get(source.name) ?? {}));
      report.module(source.name, "loaded");
    }
    await Promise.race([core.settle(), interrupt.promise, ...(options.once ? [] : [delay(SETTLE_LIMIT)])]);
    if (!interrupt.happened) await showTree(view, report);
    if (!options.once) await watch(view, report, io, interrupt);
  } catch (error) {
    fail(error);
  } finally {
    for (const module of loaded.toReversed()) {
      await module.unload().then(() => report.module(module.module.name, "unloaded"), fail);
    }
    await core.shutdown();
    await uevents?.end();
    interrupt[Symbol.dispose]();
    alive[Symbol.dispose]();
  }
  return code;
}

async function showTree(view: BusView, report: RunReport): Promise<void> {
  const snapshot = await view.snapshot();
  report.tree(snapshot, await reasons(view, snapshot));
}

async function watch(view: BusView, report: RunReport, io: Io, interrupt: Interrupt): Promise<void> {
  if (interrupt.happened) return;
  report.watching();
  const typed = io.onTypedLine(() => void showTree(view, report));
  await interrupt.promise;
  typed[Symbol.dispose]();
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

/** Hands the uevents of a view to a report, from the moment it is made. */
class UeventPrinter {
  readonly #end = new AbortController();
  readonly #finished: Promise<void>;

  constructor(view: BusView, report: RunReport) {
    this.#finished = this.#print(view, report);
  }

  async #print(view: BusView, report: RunReport): Promise<void> {
    for await (const event of view.uevents({ signal: this.#end.signal })) report.uevent(event);
  }

  /** When all that has happened until now has been handed over. */
  end(): Promise<void> {
    this.#end.abort();
    return this.#finished;
  }
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** The first Ctrl-C asks for an orderly end, the second one ends at once. */
class Interrupt {
  readonly promise: Promise<void>;
  readonly #subscription: Disposable;
  #happened = false;

  constructor(io: Io, onFirst: () => void) {
    let happen = (): void => {};
    this.promise = new Promise((resolve) => {
      happen = resolve;
    });
    this.#subscription = io.onInterrupt((signal) => {
      if (this.#happened) {
        io.exit(EXIT_CODES[signal]);
        return;
      }
      this.#happened = true;
      onFirst();
      happen();
    });
  }

  get happened(): boolean {
    return this.#happened;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}
