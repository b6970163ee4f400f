import { type BusView, toError } from "auxbus";
import { Host, parseConfig } from "@auxbus/host";
import type { IsolationKind, ModuleIndex } from "@auxbus/modules";
import { reasons } from "../devices/tree.ts";
import { ExitCode } from "../exit-code.ts";
import { Interrupt } from "../interrupt.ts";
import type { Io } from "../io.ts";
import type { RunReport } from "./run-report.ts";
import { UeventPrinter } from "./uevent-printer.ts";

export interface RunOptions {
  /** What the host is called. */
  readonly name: string;
  /** The names of the modules to load, in this order. */
  readonly load: readonly string[];
  readonly params: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly blacklist: readonly string[];
  readonly isolation: Readonly<Record<string, IsolationKind>>;
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

/** A host without state, in the foreground: loads the modules, shows what happens, takes everything down in order. */
export async function run(options: RunOptions, report: RunReport, io: Io): Promise<ExitCode> {
  const { name, params, blacklist, isolation, autoload, socket, depmod } = options;
  // The modules are loaded here: one that fails ends it all.
  const config = parseConfig({ name, options: params, blacklist, isolation, autoload });
  const host = await Host.start({ config, state: null, socket, depmod });
  const { core, modules, view } = host;
  const interrupt = new Interrupt(io, () => report.stopping());
  const alive = io.keepAlive();
  let code: ExitCode = ExitCode.ok;
  core.log.subscribe((record) => {
    if (record.level === "error" && /^module \S+ failed in its exit/.test(record.message)) code = ExitCode.failed;
    report.log(record);
  });
  modules.subscribe((module, change) => report.module(module, change));
  const uevents = options.once ? undefined : new UeventPrinter(view, report);
  const ended = Promise.race([interrupt.promise, host.stopped]);
  try {
    for (const module of options.load) {
      if (interrupt.happened) break;
      await modules.modprobe(module).catch((error: unknown) => {
        throw new Error(`cannot load module ${module}: ${toError(error).message}`, { cause: error });
      });
    }
    await Promise.race([host.ready(), ended, ...(options.once ? [] : [delay(SETTLE_LIMIT)])]);
    if (!interrupt.happened) await showTree(view, report);
    if (!options.once && !interrupt.happened) {
      report.watching();
      const typed = io.onTypedLine(() => void showTree(view, report));
      await ended;
      typed[Symbol.dispose]();
    }
  } catch (error) {
    report.failure(toError(error));
    code = ExitCode.failed;
  } finally {
    await host.stop();
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

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
