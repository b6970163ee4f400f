import { resolve } from "node:path";
import type { Command } from "commander";
import { HostClient, RemoteView } from "@auxbus/host/client";
import { type Colors, colorsFor } from "./colors.ts";
import { type ExitCode, UsageError } from "./exit-code.ts";
import { type HostOptions, findHost } from "./host/find-host.ts";
import type { Io } from "./io.ts";
import { printableJson, printableLines } from "./printable.ts";
import { SCHEMA } from "./schema.ts";
import { BusError, type BusView } from "auxbus";

/** Whose buses a command is about. */
export interface ViewOptions extends HostOptions {
  /** A snapshot file. */
  readonly file?: string | undefined;
  /** This machine's kernel. */
  readonly linux?: boolean;
  /** The kernel of a machine whose files are in a folder. */
  readonly root?: string;
  readonly bus?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

/** What the options say that all commands have in common. */
export interface CommonOptions extends ViewOptions {
  readonly json?: boolean;
}

/** Adds one command to the program. */
export type AddCommand = (program: Command, shell: Shell) => Command;

/** What every command has at hand. */
export class Shell {
  readonly io: Io;
  /** What the process ends with. */
  readonly finish: (code: ExitCode) => void;
  /** What a dry run would write, for JSON. */
  readonly writes: { readonly path: string; readonly value: string }[] = [];

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
  async view(options: CommonOptions): Promise<BusView> {
    if (options.file !== undefined) return this.snapshotView(options.file);
    if (options.linux === true || options.root !== undefined) {
      const { openLinux } = await import("./linux/open-linux.ts");
      return openLinux(options, this);
    }
    if (options.dryRun === true || options.force === true)
      throw new UsageError(`${options.force === true ? "--force" : "--dry-run"} is for --linux`);
    return new RemoteView(await this.host(options));
  }

  /** The same, where something is to happen. @throws {BusError} `EROFS` it is a snapshot */
  async liveView(options: CommonOptions): Promise<BusView> {
    if (options.file === undefined) return this.view(options);
    const why = "nothing happens there any more, and nothing can be changed";
    throw new BusError("EROFS", `${options.file} is a snapshot: ${why}`, { op: "view" });
  }

  /** A snapshot file as a view. @throws {BusError} what is wrong with it */
  async snapshotView(file: string): Promise<BusView> {
    const { openSnapshot } = await import("./snapshot/open-file.ts");
    return openSnapshot(this.path(file));
  }

  /** Where a file is that the command line names. */
  path(file: string): string {
    return resolve(this.io.cwd, file);
  }

  /** Prints lines for people, or what they say as JSON. */
  print({ json }: CommonOptions, record: object, lines: (colors: Colors) => readonly string[]): void {
    if (json === true) this.lines([printableJson({ schema: SCHEMA, ...record }, 2)]);
    else this.lines(lines(this.colors));
  }

  /** After a change: JSON says what was done, people hear nothing unless there is something to say. */
  done({ json, dryRun }: CommonOptions, record: object, said = ""): void {
    const only = dryRun === true ? { dryRun, writes: this.writes } : {};
    if (json === true) this.lines([printableJson({ schema: SCHEMA, ...only, ...record })]);
    else if (said !== "") this.lines([printableLines(said)]);
  }

  /** What went wrong, in a line. */
  complain(message: string): void {
    this.io.err.write(`${colorsFor(this.io.err, this.io.env).red("auxctl:")} ${printableLines(message)}\n`);
  }

  /** One JSON object of a stream, on a line. */
  record(record: object): void {
    this.lines([printableJson(record)]);
  }

  lines(lines: readonly string[]): void {
    if (lines.length > 0) this.io.out.write(`${lines.join("\n")}\n`);
  }
}
