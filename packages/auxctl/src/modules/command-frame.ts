import type { Command } from "commander";
import { BusError } from "auxbus";
import { colorsFor } from "../colors.ts";
import { RemoteControl } from "../control/remote-control.ts";
import { theSocket } from "../control/socket-path.ts";
import { ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import type { Finish } from "../program.ts";

/** What every command about modules takes. */
export interface FrameOptions {
  readonly socket?: string | undefined;
  readonly json?: boolean;
}

/** Adds the options that say which bus. */
export function onBus(command: Command): Command {
  return command
    .option("-s, --socket <path>", "the socket of the bus (that of the one bus of yours)")
    .option("--json", "print JSON");
}

/** The bus that a command is for. @throws {UsageError} there is none, or there are several */
export async function busOf({ socket }: FrameOptions, io: Io): Promise<RemoteControl> {
  return new RemoteControl(socket ?? (await theSocket(io.env)));
}

/** Runs a command; what the bus refuses is told in a line, and the end is 1. */
export async function refusable(fn: () => Promise<void>, io: Io, finish: Finish): Promise<void> {
  try {
    await fn();
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    io.err.write(`${colorsFor(io.err, io.env).red("auxctl:")} ${error.reason} (${error.code})\n`);
    finish(ExitCode.failed);
  }
}

/** The exit codes of all commands about modules, for their help. */
export const EXIT_CODES = `
Exit codes:
  0  done
  1  the bus has refused it
  2  the command line is wrong, or no bus is running`;
