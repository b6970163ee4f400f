import { existsSync } from "node:fs";
import process from "node:process";
import { BusError, toError } from "auxbus";
import { folder as consoleFolder } from "@auxbus/console";
import { Host, type HostConfig } from "@auxbus/host";
import { reasons } from "../devices/tree.ts";
import { ExitCode, UsageError } from "../exit-code.ts";
import { Interrupt } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { depmod } from "../modules/installed.ts";
import { JsonReport } from "../run/json-report.ts";
import type { RunReport } from "../run/run-report.ts";
import { TextReport } from "../run/text-report.ts";
import { UeventPrinter } from "../run/uevent-printer.ts";
import type { Shell } from "../shell.ts";
import { type ConfigSource, configSource, hostSocket, readConfig, stateFolder } from "./host-config.ts";
import { Systemd } from "./systemd.ts";
import type { UpOptions } from "./up-command.ts";

/** Runs a host with state until it is told to end. */
export async function up(
  { config: given, once = false, json, verbose = false }: UpOptions,
  shell: Shell,
): Promise<void> {
  const { io } = shell;
  const report = json === true ? new JsonReport(io) : new TextReport(io, { verbose });
  const systemd = Systemd.of(io);
  const source = configSource(given, io);
  const config = await readConfig(source);
  const state = stateFolder(config, io.env);
  const host = await start(config, state, source, io);
  const interrupt = new Interrupt(io, () => {
    report.stopping();
    // Also while modules are still being loaded.
    void host.stop();
  });
  const alive = io.keepAlive();
  host.core.log.subscribe((record) => report.log(record));
  host.modules.subscribe((module, change) => report.module(module, change));
  const uevents = verbose && !once ? new UeventPrinter(host.view, report) : undefined;
  const reloading = io.onHangup(() => void reload(host, report, systemd));
  try {
    report.host({
      name: config.name,
      socket: host.socket,
      url: host.url,
      token: host.tokens.operator,
      state,
      pid: process.pid,
    });
    // What went wrong before anybody listened to the log.
    for (const problem of host.problems) report.failure(new Error(problem));
    await Promise.race([host.ready(), host.stopped]);
    systemd.say("READY=1");
    systemd.feedWatchdog();
    if (once || verbose) await showTree(host, report);
    if (once && host.problems.length > 0) shell.finish(ExitCode.failed);
    if (!once) await host.stopped;
  } finally {
    systemd.say("STOPPING=1");
    reloading[Symbol.dispose]();
    await host.stop();
    await uevents?.end();
    await systemd.end();
    interrupt[Symbol.dispose]();
    alive[Symbol.dispose]();
  }
}

/** @throws {UsageError} somebody listens there; {BusError} the state cannot be used */
async function start(config: HostConfig, state: string, source: ConfigSource, io: Io): Promise<Host> {
  try {
    return await Host.start({
      config,
      state,
      socket: await hostSocket(config, io.env),
      depmod: () => depmod(io),
      // In a workspace it may not have been built.
      consoleFolder: existsSync(consoleFolder) ? consoleFolder : undefined,
      ...(source.file === null ? {} : { reloadConfig: () => source.read() }),
    });
  } catch (error) {
    const taken = error instanceof BusError && ["EADDRINUSE", "EEXIST"].includes(error.code);
    throw taken ? new UsageError(error.reason) : error;
  }
}

async function reload(host: Host, report: RunReport, systemd: Systemd): Promise<void> {
  systemd.say("RELOADING=1");
  await host.reload().catch((error: unknown) => report.failure(toError(error)));
  systemd.say("READY=1");
}

async function showTree({ view }: Host, report: RunReport): Promise<void> {
  const snapshot = await view.snapshot();
  report.tree(snapshot, await reasons(view, snapshot));
}
