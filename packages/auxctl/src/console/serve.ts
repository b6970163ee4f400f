import { existsSync } from "node:fs";
import { basename } from "node:path";
import { folder as consoleFolder } from "@auxbus/console";
import { ViewHost, type ViewHostOptions } from "@auxbus/host";
import { openSnapshot } from "@auxbus/snapshot";
import { BusError } from "auxbus";
import { UsageError } from "../exit-code.ts";
import { Interrupt } from "../interrupt.ts";
import { SCHEMA } from "../schema.ts";
import type { Shell } from "../shell.ts";
import { ownerOf } from "../snapshot/gather-from.ts";
import { dateAndTime } from "../time.ts";
import type { ConsoleOptions } from "./console-command.ts";

type Shown = Pick<ViewHostOptions, "view" | "name" | "about" | "live">;

/** Serves the console until Ctrl-C. */
export async function serveConsole(options: ConsoleOptions, shell: Shell): Promise<void> {
  if (!existsSync(consoleFolder)) throw new UsageError("the console is not built: npm run build");
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const interrupt = new Interrupt(shell.io, () => end());
  const alive = shell.io.keepAlive();
  try {
    const host = await start(await shownBy(options, shell), options, shell);
    try {
      if (interrupt.happened) return;
      const { url } = host;
      if (options.json === true) shell.record({ schema: SCHEMA, url });
      else shell.lines([url]);
      await ended;
    } finally {
      await host.stop();
    }
  } finally {
    interrupt[Symbol.dispose]();
    alive[Symbol.dispose]();
  }
}

async function start(shown: Shown, { port, reader }: ConsoleOptions, shell: Shell): Promise<ViewHost> {
  try {
    const failed = (error: Error): void => shell.complain(error.message);
    return await ViewHost.start({ ...shown, consoleFolder, port, reader, failed });
  } catch (error) {
    if (error instanceof BusError && error.code === "EADDRINUSE") throw new UsageError(error.reason);
    throw error;
  }
}

async function shownBy(options: ConsoleOptions, shell: Shell): Promise<Shown> {
  if (options.file === undefined) {
    const { name, machine } = await ownerOf(options, shell);
    return { view: await shell.view(options), name: name + onMachine(machine), about: "", live: true };
  }
  const view = await openSnapshot(shell.path(options.file));
  const { time, source, machine, masked } = view.file;
  const about = `taken ${dateAndTime(time).replace(/\.\d+$/, "")} of ${source}${onMachine(machine)}${masked ? ", masked" : ""}`;
  return { view, name: basename(options.file), about, live: false };
}

function onMachine(machine: string): string {
  return machine === "" ? "" : ` on ${machine}`;
}
