// Records what a running kernel does with scenarios, and compares it with the traces beside them.
import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { formatDifference, parseScenario, reproduce, traceLines } from "@auxbus/testing";
import { type Kernel, makeKernel } from "./kernel.ts";
import { translator } from "./older-kernels.ts";
import { Progress } from "./progress.ts";
import { record } from "./record-on-kernel.ts";
import { findRecordings, isMisuse, type Recording } from "./recordings.ts";

const HELP = `Usage: npm run conformance:record -- [options] [file or folder...]

Runs scenarios (*.aux; all of conformance/) on a real kernel in QEMU and compares what it does with the recorded
traces beside them: NAME.trace of 7.3, which other kernels have to be equal to, too; 6.1 has NAME.trace-6.1 where it is
known to differ, or to let its workers come in at another moment. What has no trace is left out, unless it is to be
written; so is what the kernel is too old for.

  --kernel K    6.1 (Debian 12's own), 7.3 (from trixie-backports), or the path of a kernel image whose headers are
                installed (7.3)
  --write       write the traces instead of comparing
  --misuse      also the scenarios that break the rules; each takes a boot, as the kernel may not survive it
  -h, --help    this text

Exit codes:
  0  all traces are equal, or were written
  1  some differ
  2  the command line is wrong, the kernel cannot be made ready, it has not finished a scenario, or there is nothing
     to do`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kernel: { type: "string", default: "7.3" },
      write: { type: "boolean", default: false },
      misuse: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const kernel = await makeKernel(values.kernel);
  const all = await findRecordings(positionals.length > 0 ? positionals : ["conformance"], kernel);
  const chosen = all.filter(
    ({ path, expected }) => (values.write || expected !== undefined) && (values.misuse || !isMisuse(path)),
  );
  if (chosen.length === 0) throw new Error(`there is no scenario${values.write ? "" : " with a trace"} to run`);
  console.log(`${chosen.length} scenarios on Linux ${kernel.version}`);
  const progress = new Progress();
  const traces = await record(kernel, chosen, (finished) => progress.show(`${finished} of ${chosen.length}`)).finally(
    () => progress.clear(),
  );
  return values.write ? write(chosen, traces) : compare(kernel, chosen, traces);
}

async function write(
  recordings: readonly Recording[],
  traces: ReadonlyMap<string, readonly string[]>,
): Promise<number> {
  let written = 0;
  for (const { path, tracePath, recorded, expected } of recordings) {
    const lines = traces.get(path) ?? [];
    const text = `${lines.join("\n")}\n`;
    // What another kernel has answered, too, is not written twice.
    if (recorded === undefined ? isSame(lines, expected) : recorded === text) continue;
    await writeFile(tracePath, text);
    written++;
  }
  console.log(`${written} written, ${recordings.length - written} were so already`);
  return 0;
}

async function compare(
  kernel: Kernel,
  recordings: readonly Recording[],
  traces: ReadonlyMap<string, readonly string[]>,
): Promise<number> {
  let different = 0;
  const shuffled: string[] = [];
  for (const { path, text, expected = [] } of recordings) {
    const lines = traces.get(path) ?? [];
    if (isSame(lines, expected)) continue;
    // Another moment at which the kernel's worker came in is one that auxbus knows, too.
    const now = lines.join("\n");
    if ((await reproduce(parseScenario(text, path), now, { translate: translator(kernel) })).equal) {
      shuffled.push(relative(".", path));
      continue;
    }
    different++;
    console.log(`\n${relative(".", path)} (- recorded, + now):\n${formatDifference(expected, traceLines(now))}`);
  }
  const equal = recordings.length - different;
  console.log(`${equal} equal (${equal - shuffled.length} to the letter), ${different} different`);
  if (shuffled.length > 0) console.log(`equal, but for when the kernel's workers came in: ${shuffled.join(", ")}`);
  return different === 0 ? 0 : 1;
}

/** Whether it is so to the letter. What the kernel says of itself depends on where its code lies. */
function isSame(lines: readonly string[], expected: readonly string[] | undefined): boolean {
  return traceLines(lines.join("\n")).join("\n") === expected?.join("\n");
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`conformance:record: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
