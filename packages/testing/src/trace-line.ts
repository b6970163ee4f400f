import type { Scenario } from "./scenario.ts";
import type { Command, DeviceDeclaration } from "./command.ts";

/** What a line of a trace is about: a device, another object of the bus, or the commands of the scenario. */
export type Subject = string;

/** The subject of the results of commands that were waited for, and of what drivers do in the course of a command. */
export const COMMANDS: Subject = "commands";

const KERNEL_LOG =
  /^(WARNING:|sysfs: cannot|kobject|Error: Driver|auxiliary|BUG:|Oops:|general protection fault|kernel BUG at|list_(add|del) corruption|Kernel panic|refcount_t|INFO: task .* blocked|watchdog: BUG:)/;

/** Whether the line is the kernel's log, which nobody else's has to be equal to. */
export function isKernelLog(line: string): boolean {
  return KERNEL_LOG.test(line);
}

/** The lines of a recorded trace that count: without the kernel's log, framing and empty lines. */
export function traceLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("=== ") && !isKernelLog(line));
}

/**
 * Tells the lines of a scenario's trace apart by what they are about. Has a memory, as some lines (`devres 1`)
 * name no device: use a new one for each trace, on every line in turn.
 */
export class TraceSorter {
  /** Bus names of the declared devices. */
  readonly #names = new Map<string, string>();
  /** Labels of the commands that nobody waits for. */
  readonly #background = new Set<string>();
  /** Everything that happens in the course of a command is done one after the other, whichever device it is about. */
  readonly #oneByOne: boolean;
  #device: Subject = COMMANDS;

  /** @param isOneByOne what commands do to several devices counts in its order, if nothing runs at the same time */
  constructor(scenario: Scenario, isOneByOne: boolean) {
    const all = [...allCommands(scenario)];
    const runsBeside = all.some(
      ({ command, background }) => background || (command.kind === "driver" && command.args.async),
    );
    this.#oneByOne = isOneByOne && !runsBeside;
    const declared = new Map<string, DeviceDeclaration>();
    for (const { command, background } of all) {
      if (background) this.#background.add(command.label);
      if (command.kind === "device") declared.set(command.args.device, command.args);
      if (command.kind !== "add") continue;
      const { device, modname } = command.args;
      const { name, id } = declared.get(device) ?? {};
      // An id is printed as the signed number that its 32 bits are.
      this.#names.set(device, `${modname}.${name}.${(id ?? 0) | 0}`.replaceAll("/", "!"));
    }
  }

  /** What a line is about; some are about more than one thing. */
  subjects(line: string): readonly Subject[] {
    const subject = this.#subject(line);
    // A supplier's remove comes after its consumers', and so does its suspend. Workers only probe.
    return this.#oneByOne && DONE_BY_COMMANDS.test(line) ? [subject, COMMANDS] : [subject];
  }

  #subject(line: string): Subject {
    const [word = "", second = "", third = ""] = line.split(" ");
    switch (word) {
      case "uevent":
        return subjectOfPath(third);
      case "probe":
      case "probed":
      case "remove":
      case "pm_suspend":
      case "pm_resume":
      case "pm_runtime_suspend":
      case "pm_runtime_resume":
        return (this.#device = third);
      case "shutdown":
        return third;
      case "devres":
        return this.#device;
      case "release":
      case "leak":
        return this.#names.get(second) ?? second;
      case "visit":
        return "walk";
      default: {
        const label = this.#labelOf(line);
        return label === undefined ? COMMANDS : `bg ${label}`;
      }
    }
  }

  #labelOf(line: string): string | undefined {
    for (const label of this.#background) if (line === label || line.startsWith(`${label} `)) return label;
    return undefined;
  }
}

const DONE_BY_COMMANDS = /^(remove|pm_suspend|pm_resume) /;

function subjectOfPath(path: string): Subject {
  if (!path.startsWith("/devices/") || path.startsWith("/devices/virtual/")) return path;
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The commands of a scenario, those behind `bg` too. */
export function* allCommands(scenario: Scenario): IterableIterator<{ command: Command; background: boolean }> {
  for (const command of scenario.commands) {
    yield { command, background: false };
    if (command.kind === "bg") yield { command: command.args.command, background: true };
  }
}
