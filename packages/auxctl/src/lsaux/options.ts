import { parseArgs } from "node:util";
import { UsageError } from "../exit-code.ts";

/** An option of lsaux. */
export interface LsauxOption {
  readonly type: "boolean" | "string";
  readonly short?: string;
  /** What its value is called. */
  readonly value?: string;
  readonly about: string;
}

export interface LsauxOptions {
  readonly all?: boolean;
  readonly bus?: string;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly root?: string;
  readonly help?: boolean;
  readonly version?: boolean;
}

/** All that lsaux takes; its help and its man page are made of it. */
export const OPTIONS: Readonly<Record<string, LsauxOption>> = {
  all: { type: "boolean", short: "a", about: "the devices of all buses" },
  bus: { type: "string", short: "b", value: "bus", about: "another bus than auxiliary, or several with commas" },
  verbose: { type: "boolean", short: "v", about: "alias, runtime power management, interrupts, and links, too" },
  json: { type: "boolean", about: "print JSON" },
  root: { type: "string", value: "folder", about: "of a machine whose /sys, /proc, … are in a folder" },
  help: { type: "boolean", short: "h", about: "print help" },
  version: { type: "boolean", short: "V", about: "print the version" },
};

/** @throws {UsageError} there is no such option, or it wants a value */
export function parseOptions(args: readonly string[]): LsauxOptions {
  const options = Object.entries(OPTIONS).map(([name, { type, short }]) => {
    return [name, short === undefined ? { type } : { type, short }] as const;
  });
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(options), allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.replace(/\. To specify.*/s, "") : String(error));
  }
}

/** What an option is called: `-b`, `--bus`. */
export function flagWords(name: string, { short }: LsauxOption): readonly string[] {
  return short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`];
}

/** `-b, --bus <bus>` */
export function flagsOf(name: string, option: LsauxOption): string {
  return flagWords(name, option).join(", ") + (option.value === undefined ? "" : ` <${option.value}>`);
}

export function helpText(): string {
  const rows = Object.entries(OPTIONS).map(([name, option]) => [flagsOf(name, option), option.about] as const);
  const width = Math.max(...rows.map(([flags]) => flags.length)) + 2;
  return `Usage: lsaux [options]

${ABOUT}

Options:
${rows.map(([flags, about]) => `  ${flags.padEnd(width)}${about}`).join("\n")}

Exit codes:
  0  done
  1  there is no Linux, or no such bus
  2  the command line is wrong

auxctl --linux does more: it explains, binds and unbinds, waits and watches.`;
}

/** What it is for. */
export const ABOUT =
  "List the auxiliary devices of this machine below their parents, with driver, module, and what the driver has registered.";
