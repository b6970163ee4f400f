import { AsyncLocalStorage } from "node:async_hooks";
import { type BusView, DriverCore, systemRuntime, toError } from "auxbus";
import { type ModuleIndex, Modules, type ModulesOptions } from "@auxbus/modules";
import { ControlServer } from "../control/control-server.ts";
import { LocalControl } from "../control/local-control.ts";
import { ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { Interrupt } from "./interrupt.ts";
import type { RunReport } from "./run-report.ts";
import { reasons } from "./tree.ts";

export interface RunOptions extends ModulesOptions {
  /** The names of the modules to load, in this order. */
  readonly load: readonly string[];
  /** Print the tree and leave. */
  readonly once: boolean;
  /** Load what the modaliases of devices name. */
  readonly autoload: boolean;
  /** Where other commands can steer the bus; null: nowhere. */
  readonly socket: string | null;
  /** Looks at the installed packages again. */
  readonly depmod: () => Promise<ModuleIndex>;
}

/** Milliseconds to wait for probes that run beside the loading, before the tree is shown as it is. */
const SETTLE_LIMIT = 1000;

/** A bus in the foreground: loads the modules, shows what happens, takes everything down in order. */
export async function run(options: RunOptions, report: RunReport, io: Io): Promise<ExitCode> {
  const core = new DriverCore({ runtime: { ...systemRuntime, context: new AsyncLocalStorage() } });
  const view = core.view();
  const modules = new Modules(core, options);
  const control = new LocalControl(modules, options.depmod);
  // Before anything is loaded: an error in where it is to be must not take modules down again.
  const server = options.socket === null ? null : await ControlServer.listen(options.socket, control);
  const interrupt = new Interrupt(io, () => report.stopping());
  const alive = io.keepAlive();
  let code: ExitCode = ExitCode.ok;
  core.log.subscribe((record) => {
    if (record.level === "error" && /^module \S+ failed in its exit/.test(record.message)) code = ExitCode.failed;
    report.log(record);
  });
  modules.subscribe((name, change) => report.module(name, change));
  const uevents = options.once ? undefined : new UeventPrinter(view, report);
  try {
    if (options.autoload) modules.autoload.start();
    for (const name of options.load) {
      if (interrupt.happened) break;
      await modules.modprobe(name).catch((error: unknown) => {
        throw new Error(`cannot load module ${name}: ${toError(error).message}`, { cause: error });
      });
    }
    await Promise.race([settled(modules), interrupt.promise, ...(options.once ? [] : [delay(SETTLE_LIMIT)])]);
    if (!interrupt.happened) await showTree(view, report);
    if (!options.once) await watch(view, report, io, interrupt);
  } catch (error) {
    report.failure(toError(error));
    code = ExitCode.failed;
  } finally {
    await server?.close();
    await modules.shutdown();
    await core.shutdown();
    await uevents?.end();
    interrupt[Symbol.dispose]();
    alive[Symbol.dispose]();
  }
  return code;
}

/** When nothing is being loaded or probed: probes add devices, and devices load modules. */
async function settled({ autoload, core }: Modules): Promise<void> {
  do {
    await autoload.idle();
    await core.settle();
  } while (autoload.busy);
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
