import type { ViewOptions } from "../shell.ts";
import type { HostOptions } from "./find-host.ts";

/** Which host a command line names, wherever it does, before anything has read it. */
export function hostIn(args: readonly string[]): HostOptions {
  const host = valueIn(args, "--host", "-H") ?? valueIn(args, "--socket", "-s");
  return host === undefined ? {} : { host };
}

/** Whose buses a command line names, in the same way. */
export function viewIn(args: readonly string[]): ViewOptions {
  const end = args.indexOf("--");
  const options = end === -1 ? args : args.slice(0, end);
  const [file, root, bus] = [valueIn(args, "--file"), valueIn(args, "--root"), valueIn(args, "--bus", "-b")];
  return {
    ...hostIn(args),
    ...(file === undefined ? {} : { file }),
    ...(root === undefined ? {} : { root }),
    ...(bus === undefined ? {} : { bus }),
    linux: root !== undefined || options.includes("--linux") || options.includes("-L"),
  };
}

/** The value of an option; undefined when it is not there, or has none yet. */
function valueIn(args: readonly string[], long: string, short?: string): string | undefined {
  for (const [i, arg] of args.entries()) {
    if (arg === "--") return undefined;
    if (arg === long || arg === short) return args[i + 1];
    if (arg.startsWith(`${long}=`)) return arg.slice(long.length + 1);
    if (short !== undefined && arg.startsWith(short)) return arg.slice(short.length);
  }
  return undefined;
}

/** Whether the word behind it names a host. */
export function isHostFlag(word: string | undefined): boolean {
  return word === "-H" || word === "--host" || word === "-s" || word === "--socket";
}

/** Whether the options say that a running host is to be asked. */
export function namesHost({ host, socket }: HostOptions): boolean {
  return host !== undefined || socket !== undefined;
}
