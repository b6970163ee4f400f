import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { plan, type Task } from "./plan.ts";
import { render } from "./report.ts";
import type { Figure, Results } from "./results.ts";

const HELP = `Usage: npm run bench -- [options]

Measures auxbus beside its peers: every sample in a fresh process, contenders interleaved, medians.

  --quick          small sizes and two samples, to see that everything works
  --samples N      samples of each figure (5)
  --only TEXT      only workloads whose name contains TEXT
  --json FILE      where the figures go (bench/results/latest.json)
  -h, --help       this text`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    samples: { type: "string" },
    only: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const samples = Number(values.samples ?? (values.quick ? 2 : 5));
if (!Number.isInteger(samples) || samples < 1) {
  console.error(`--samples is a whole number of at least 1, not ${values.samples}`);
  process.exit(2);
}

const { tasks: all, skipped } = plan(values.quick);
const tasks = all.filter(({ workload }) => workload.includes(values.only ?? ""));
if (tasks.length === 0) {
  console.error(
    `no workload contains ${values.only}; there are ${[...new Set(all.map((t) => t.workload))].join(", ")}`,
  );
  process.exit(2);
}

const figures = new Map<string, { readonly task: Task; readonly measure: string; readonly values: number[] }>();
for (let round = 0; round < samples; round++) {
  for (const [i, task] of tasks.entries()) {
    if (process.stderr.isTTY) {
      process.stderr.write(
        `\r\x1b[Kround ${round + 1}/${samples}, ${i + 1}/${tasks.length}: ${task.workload} ${task.contender} ${task.n}`,
      );
    }
    for (const [measure, value] of Object.entries(await runSample(task))) {
      const key = `${measure}/${task.contender}/${task.n}`;
      const figure = figures.get(key) ?? { task, measure, values: [] };
      figure.values.push(value);
      figures.set(key, figure);
    }
  }
}
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  cpu: cpus()[0]?.model ?? "unknown",
  samples,
  figures: [...figures.values()].map(({ task, measure, values: v }): Figure => ({
    measure,
    contender: task.contender,
    n: task.n,
    median: median(v),
    min: Math.min(...v),
    max: Math.max(...v),
  })),
  skipped,
};
const file = values.json ?? fileURLToPath(new URL("../results/latest.json", import.meta.url));
await mkdir(dirname(file), { recursive: true });
await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
console.log(render(results));

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

function runSample({ workload, contender, n }: Task): Promise<Record<string, number>> {
  const child = fileURLToPath(new URL("./child.js", import.meta.url));
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, ["--expose-gc", child, workload, contender, String(n)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    run.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    run.on("error", reject);
    run.on("close", (code) => {
      const line = out.trim().split("\n").at(-1);
      if (code === 0 && line !== undefined && line !== "") resolve(JSON.parse(line));
      else reject(new Error(`${workload} of ${contender} at ${n} failed (exit ${code})`));
    });
  });
}
