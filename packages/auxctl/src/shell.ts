import type { Command } from "commander";
import { HostClient, RemoteView } from "@auxbus/host/client";
import { type Colors, colorsFor } from "./colors.ts";
import type { ExitCode } from "./exit-code.ts";
import { type HostOptions, findHost } from "./host/find-host.ts";
import type { Io } from "./io.ts";
import { SCHEMA } from "./schema.ts";
import type { BusView } from "auxbus";

/** What the options say that all commands have in common. */
export interface CommonOptions extends HostOptions {
  readonly json?: boolean;
}

/** Adds one command to the program. */
export type AddCommand = (program: Command, shell: Shell) => Command;

/** What every command has at hand. */
export class Shell {
  readonly io: Io;
  /** What the process ends with. */
  readonly finish: (code: ExitCode) => void;

  constructor(io: Io, finish: (code: ExitCode) => void) {
    this.io = io;
    this.finish = finish;
  }

  /** Colours of the standard output. */
  get colors(): Colors {
    return colorsFor(this.io.out, this.io.env);
  }

  /** The host that the options name. @throws {UsageError} there is none, or there are several */
  async host(options: HostOptions, { timeout }: { readonly timeout?: number } = {}): Promise<HostClient> {
    const { USER: user, LOGNAME: login } = this.io.env;
    return new HostClient(await findHost(options, this.io.env, timeout), `auxctl (${user ?? login ?? "unknown"})`);
  }

  /** The buses that the options name: all that the commands about devices and drivers know. */
  async view(options: HostOptions): Promise<BusView> {
    return new RemoteView(await this.host(options));
  }

  /** Prints lines for people, or what they say as JSON. */
  print({ json }: CommonOptions, record: object, lines: (colors: Colors) => readonly string[]): void {
    if (json === true) this.lines([JSON.stringify({ schema: SCHEMA, ...record }, null, 2)]);
    else this.lines(lines(this.colors));
  }

  /** After a change: JSON says what was done, people hear nothing unless there is something to say. */
  done({ json }: CommonOptions, record: object, said = ""): void {
    if (json === true) this.lines([JSON.stringify({ schema: SCHEMA, ...record })]);
    else if (said !== "") this.lines([said]);
  }

  /** What went wrong, in a line. */
  complain(message: string): void {
    this.io.err.write(`${colorsFor(this.io.err, this.io.env).red("auxctl:")} ${message}\n`);
  }

  /** One JSON object of a stream, on a line. */
  record(record: object): void {
    this.lines([JSON.stringify(record)]);
  }

  lines(lines: readonly string[]): void {
    if (lines.length > 0) this.io.out.write(`${lines.join("\n")}\n`);
  }
}
