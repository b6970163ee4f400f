import { Buffer } from "node:buffer";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CpioEntry } from "./cpio.ts";
import { bootGuest, type GuestOutput, type Limits } from "./guest.ts";
import type { Kernel } from "./kernel.ts";

const INIT = fileURLToPath(new URL("../kernel/init", import.meta.url));

/** A scenario as text. */
export interface ScenarioText {
  readonly name: string;
  readonly text: string;
}

export interface KernelRun {
  /** The traces by name, with the kernel's log as far as traces have it; those that were finished. */
  readonly traces: ReadonlyMap<string, readonly string[]>;
  /** What was on the console. */
  readonly console: string;
  /** Why the guest had to be ended; undefined: it has ended by itself. */
  readonly stuck: string | undefined;
  /** The scenario that the kernel did not survive, and what it said before. */
  readonly died?: { readonly name: string; readonly lines: readonly string[]; readonly console: string };
}

/** Log lines of the kernel that a trace keeps, so that one sees what it thinks. */
const KEPT = new RegExp(
  "^(WARNING:|sysfs: cannot|kobject: kobject_add|Error: Driver|auxiliary|BUG:|Oops:|general protection fault|" +
    "kernel BUG at|list_(add|del) corruption|Kernel panic|refcount_t|INFO: task .* blocked|watchdog: BUG:)",
);

export interface RunOnKernelOptions {
  readonly cpus?: 1 | 2;
  /** As that of `Guest`. */
  readonly pace?: number | undefined;
  /** How many are finished. */
  readonly progress?: (finished: number) => void;
}

/** Runs scenarios on a running kernel, one after the other in one boot. */
export async function runOnKernel(
  kernel: Kernel,
  scenarios: readonly ScenarioText[],
  { cpus = 1, pace = 2, progress }: RunOnKernelOptions = {},
): Promise<KernelRun> {
  const all = scenarios.map(framed).join("");
  const guest = {
    image: join(kernel.folder, "vmlinuz"),
    files: await files(kernel, all),
    cpus,
    pace,
    memory: 512,
  } as const;
  let finished = 0;
  const output = await bootGuest({ ...guest, ...limits(scenarios.length) }, (line) => {
    if (line.startsWith("=== END ")) progress?.(++finished);
  });
  return read(output);
}

/**
 * Runs a scenario that the kernel may not survive, or after which it is off: what it then says is taken from the
 * console.
 */
export async function runAloneOnKernel(kernel: Kernel, scenario: ScenarioText): Promise<KernelRun> {
  const image = join(kernel.folder, "vmlinuz");
  const guest = { image, files: await files(kernel, framed(scenario)), cpus: 1, memory: 512, verbose: true } as const;
  return readAlone(scenario.name, await bootGuest({ ...guest, ...limits(1) }));
}

/** What a kernel has made of the only scenario of its life. */
export function readAlone(name: string, { console, stuck }: GuestOutput): KernelRun {
  const said = console.split("\n").map((line) => line.replace(/^\[ *\d+\.\d+\](\[ *[TC]\d+\])? /, ""));
  const lines = traceOf(said);
  // One that panics ends, too, as it is not to start again.
  const survived = stuck === undefined && said.includes("reboot: Power down") && !said.some((line) => FATAL.test(line));
  return survived
    ? { traces: new Map([[name, lines]]), console, stuck }
    : { traces: new Map(), console, stuck, died: { name, lines, console } };
}

/** What a kernel says that cannot go on, or not for long. */
const FATAL = /^(BUG:|Oops|kernel BUG at|general protection fault|Kernel panic|watchdog: BUG:)/;

/** A boot takes some seconds, a scenario some milliseconds, on a machine that has other things to do. */
function limits(scenarios: number): Limits {
  return { patience: 60, seconds: 60 + 5 * scenarios };
}

function framed({ name, text }: ScenarioText): string {
  return `=== BEGIN ${name}\n${plain(text)}\n=== END ${name}\n`;
}

/** As the runner reads it: without comments and empty lines. */
function plain(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*/, "").trim());
  return lines.filter((line) => line !== "").join("\n");
}

async function files({ folder }: Kernel, scenarios: string): Promise<CpioEntry[]> {
  const program = async (path: string, from: string): Promise<CpioEntry> => ({
    path,
    kind: "file",
    content: await readFile(from),
    executable: true,
  });
  const applets = ["sh", "mount", "insmod", "poweroff"];
  return [
    ...["bin", "dev", "proc", "sys"].map((path): CpioEntry => ({ path, kind: "folder" })),
    await program("bin/busybox", join(folder, "busybox")),
    ...applets.map((name): CpioEntry => ({ path: `bin/${name}`, kind: "link", content: Buffer.from("busybox") })),
    await program("init", INIT),
    await program("runner", join(folder, "runner")),
    await program("auxscenario.ko", join(folder, "auxscenario.ko")),
    { path: "scenarios", kind: "file", content: Buffer.from(scenarios) },
  ];
}

function read({ debug, console, stuck }: GuestOutput): KernelRun {
  const traces = new Map<string, readonly string[]>();
  let open: { name: string; lines: string[] } | undefined;
  for (const line of debug.split("\n")) {
    const [, word, name = ""] = /^=== (BEGIN|END|DONE) ?(.*)$/.exec(line) ?? [];
    if (word === "BEGIN") open = { name, lines: [] };
    else if (word === "END" && open !== undefined) {
      traces.set(open.name, traceOf(open.lines));
      open = undefined;
    } else open?.lines.push(line);
  }
  const run = { traces, console, stuck };
  return open === undefined ? run : { ...run, died: { name: open.name, lines: traceOf(open.lines), console } };
}

function traceOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => (line.startsWith("AUX: ") ? [line.slice(5)] : KEPT.test(line) ? [line] : []));
}
