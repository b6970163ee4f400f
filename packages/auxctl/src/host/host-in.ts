import type { HostOptions } from "./find-host.ts";

/** Which host a command line names, wherever it does, before anything has read it. */
export function hostIn(args: readonly string[]): HostOptions {
  for (const [i, arg] of args.entries()) {
    if (arg === "--") return {};
    if (isHostFlag(arg)) return { host: args[i + 1] };
    const [, name] = /^(?:--host=|--socket=|-[Hs])(.+)$/s.exec(arg) ?? [];
    if (name !== undefined) return { host: name };
  }
  return {};
}

/** Whether the word behind it names a host. */
export function isHostFlag(word: string | undefined): boolean {
  return word === "-H" || word === "--host" || word === "-s" || word === "--socket";
}

/** Whether the options say that a running host is to be asked. */
export function namesHost({ host, socket }: HostOptions): boolean {
  return host !== undefined || socket !== undefined;
}
