// Random legal scenarios on a running kernel and on auxbus: what differs is shrunk and printed side by side.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { FAMILIES, type Family, familyOf } from "./families.ts";
import { generate, type GeneratedScenario } from "./generate.ts";
import { judge, type Trial, type Verdict } from "./judge.ts";
import { type Kernel, makeKernel } from "./kernel.ts";
import { hasCreate } from "./older-kernels.ts";
import { Progress } from "./progress.ts";
import { shrink } from "./shrink.ts";
import { sideBySide } from "./side-by-side.ts";

const HELP = `Usage: npm run conformance:fuzz -- [options]

Makes random scenarios that break no rule, runs them on a real kernel in QEMU and on auxbus, and compares the traces.
What differs is made as small as possible and printed, the kernel on the left.

  --kernel K      6.1 (Debian 12's own), 7.3 (from trixie-backports), or the path of a kernel image (6.1)
  --seed S        where to begin; the same seed gives the same scenarios (chosen at random, and printed)
  --count N       how many scenarios (300)
  --family F      only of this family, may be given several times: ${FAMILIES.join(", ")}
  --most N        stop after so many differences (5)
  --patience S    try to make a difference smaller for so many seconds (120)
  --no-shrink     print them as they are
  --save FOLDER   write each difference there: NAME.aux, and NAME.trace as the kernel has it
  --print         print the scenarios and run nothing
  -h, --help      this text

Exit codes:
  0  no difference
  1  some
  2  the command line is wrong, or the kernel cannot be made ready`;

/** How many run in one boot. */
const AT_ONCE = 100;

/** How many guests run at the same time. */
const GUESTS = 2;

/** Each of them takes a boot of its own. */
const MOST_SHUTDOWNS = 3;

interface Options {
  readonly seed: number;
  readonly count: number;
  readonly families: readonly Family[];
  readonly most: number;
  /** Milliseconds. */
  readonly patience: number;
  readonly shrink: boolean;
  readonly save: string | undefined;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      kernel: { type: "string", default: "6.1" },
      seed: { type: "string" },
      count: { type: "string", default: "300" },
      family: { type: "string", multiple: true },
      most: { type: "string", default: "5" },
      patience: { type: "string", default: "120" },
      shrink: { type: "boolean", default: true },
      save: { type: "string" },
      print: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const options: Options = {
    seed:
      values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : number("--seed", values.seed, 0, 2 ** 32 - 1),
    count: number("--count", values.count, 1, 1_000_000),
    families: (values.family ?? []).map(asFamily),
    most: number("--most", values.most, 1, 1000),
    patience: number("--patience", values.patience, 0, 86_400) * 1000,
    shrink: values.shrink,
    save: values.save,
  };
  if (values.print) {
    // What a kernel of one's own has, it says itself.
    for (const { name, text } of scenariosOf(options, values.kernel === "6.1" ? "6.1.0" : "7.3.0")) {
      console.log(`# ${name}\n${text}`);
    }
    return 0;
  }
  return fuzz(await makeKernel(values.kernel), options);
}

function number(option: string, value: string, least: number, most: number): number {
  const read = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (read >= least && read <= most) return read;
  throw new Error(`${option} is a number from ${least} to ${most}, not "${value}"`);
}

function asFamily(word: string): Family {
  const family = FAMILIES.find((each) => each === word);
  if (family === undefined) throw new Error(`there is no family ${word}; there are ${FAMILIES.join(", ")}`);
  return family;
}

function scenariosOf({ seed, count, families }: Options, version: string): GeneratedScenario[] {
  const possible = FAMILIES.filter((family) => family !== "created" || hasCreate(version));
  const missing = families.find((family) => !possible.includes(family));
  if (missing !== undefined) throw new Error(`Linux ${version} has nothing that family ${missing} is about`);
  const shutdowns = families.length === 0 ? Math.min(MOST_SHUTDOWNS, Math.ceil(count / 100)) : 0;
  return Array.from({ length: count }, (_, i) => {
    const family = i < shutdowns ? "shutdown" : familyOf(seed + i, families.length > 0 ? families : possible);
    return generate(family, seed + i);
  });
}

interface Found {
  readonly scenario: GeneratedScenario;
  readonly verdict: Verdict;
}

async function fuzz(kernel: Kernel, options: Options): Promise<number> {
  const scenarios = scenariosOf(options, kernel.version);
  console.log(`seed ${options.seed}: ${scenarios.length} scenarios on Linux ${kernel.version}`);
  const progress = new Progress();
  const batches: GeneratedScenario[][] = [];
  // What takes two processors, or the end of the guest, is together.
  const sorted = scenarios.toSorted((a, b) => rank(a) - rank(b));
  for (let from = 0; from < sorted.length; from += AT_ONCE) batches.push(sorted.slice(from, from + AT_ONCE));
  const failed: Found[] = [];
  const running = new Map<number, number>();
  let finished = 0;
  const odd: Found[] = [];
  const work = async (slot: number): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      if (failed.length >= options.most) return;
      const shown = (count: number): void => {
        running.set(slot, count);
        const all = [...running.values()].reduce((sum, each) => sum + each, finished);
        progress.show(`${all} of ${scenarios.length}, ${failed.length} different`);
      };
      const verdicts = await judge(kernel, batch.map(trial), { progress: shown });
      running.set(slot, 0);
      finished += batch.length;
      for (const scenario of batch) {
        const verdict = verdicts.get(scenario.name);
        if (verdict === undefined) throw new Error(`nothing is known of ${scenario.name}`);
        if (verdict.equal && verdict.before !== undefined) odd.push({ scenario, verdict: verdict.before });
        if (verdict.equal) continue;
        failed.push({ scenario, verdict });
        progress.clear();
        // Whatever becomes of the rest, it is known.
        console.log(`different: ${againOf(scenario)}`);
      }
    }
  };
  // A guest that cannot be run does not take with it what another has found.
  const ends = await Promise.allSettled(Array.from({ length: GUESTS }, (_, slot) => work(slot)));
  progress.clear();
  for (const { scenario, verdict } of odd) {
    console.log(`\nequal when run again: ${againOf(scenario)}; before:\n${verdict.difference}`);
  }
  for (const found of failed.slice(0, options.most)) await report(kernel, found, options);
  const left = scenarios.length - finished;
  console.log(
    `${finished - failed.length} equal line by line${odd.length > 0 ? ` (${odd.length} when run again)` : ""}, ` +
      `${failed.length} different${left > 0 ? `, ${left} not run` : ""}`,
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return failed.length === 0 ? 0 : 1;
}

/** How it is run again. */
function againOf({ name, family }: GeneratedScenario): string {
  return `--family ${family} --seed ${name.slice(family.length + 1)} --count 1`;
}

function rank({ family, cpus }: GeneratedScenario): number {
  return family === "shutdown" ? 2 : cpus - 1;
}

function trial({ name, text, cpus }: GeneratedScenario): Trial {
  return { name, text, cpus };
}

async function report(kernel: Kernel, { scenario, verdict: found }: Found, options: Options): Promise<void> {
  const { name, cpus } = scenario;
  const text = options.shrink ? await smallest(kernel, scenario, options.patience) : scenario.text;
  const again = text === scenario.text ? found : ((await judge(kernel, [{ name, text, cpus }])).get(name) ?? found);
  // What differs only after others in the same boot, or now and then, is shown as it was found.
  const [shown, verdict] = again.equal ? [scenario.text, found] : [text, again];
  console.log(`\n=== ${name} (again: ${againOf(scenario)})${again.equal ? "; smaller, it was equal" : ""}\n${shown}`);
  console.log(verdict.difference);
  console.log(sideBySide(verdict.expected, verdict.actual, process.stdout.columns ?? 160));
  if (options.save === undefined) return;
  await mkdir(options.save, { recursive: true });
  await writeFile(join(options.save, `${name}.aux`), shown);
  await writeFile(join(options.save, `${name}.trace`), `${verdict.expected.join("\n")}\n`);
}

async function smallest(kernel: Kernel, { name, text, cpus }: GeneratedScenario, patience: number): Promise<string> {
  const progress = new Progress();
  const end = Date.now() + patience;
  const smaller = await shrink(
    text,
    async (candidates) => {
      if (Date.now() > end) return candidates.map(() => false);
      const trials = candidates.map((each, index) => ({ name: `${name}-${index}`, text: each, cpus }) as const);
      const verdicts = await judge(kernel, trials, { reruns: 1 });
      return trials.map((each) => verdicts.get(each.name)?.equal === false);
    },
    (lines) => progress.show(`shrinking ${name}: ${lines} lines`),
  );
  progress.clear();
  return smaller;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`conformance:fuzz: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
