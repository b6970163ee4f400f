// How long lsaux takes for a machine with ten thousand auxiliary devices, beside an empty program.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { folderForTree, makeAuxiliaryTree } from "./auxiliary-tree.ts";

const HELP = `Usage: npm run bench:lsaux -- [options]

Makes a machine with many auxiliary devices in a folder, and measures how long lsaux takes for it beside node -e 0:
processes one after the other, interleaved, medians.

  --devices N      auxiliary devices, in hundreds (10000)
  --samples N      samples of each (15)
  --most MS        end with 1 when lsaux takes longer than so many ms for 1,000 devices, beyond node -e 0
  -h, --help       this text`;

const { values } = parseArgs({
  options: {
    devices: { type: "string" },
    samples: { type: "string" },
    most: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help === true) {
  console.log(HELP);
  process.exit(0);
}

const devices = Number(values.devices ?? 10_000);
const bin = fileURLToPath(new URL("../../packages/auxctl/bin/lsaux.cjs", import.meta.url));
const root = folderForTree();
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "node -e 0": ["-e", "0"],
  "lsaux --help": [bin, "--help"],
  lsaux: [bin, "--root", root],
  "lsaux --json": [bin, "--root", root, "--json"],
};

try {
  makeAuxiliaryTree(root, devices);
  const times = new Map<string, number[]>(Object.keys(COMMANDS).map((name) => [name, []]));
  for (let i = 0; i < Number(values.samples ?? 15); i++) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      const before = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
      times.get(name)?.push(performance.now() - before);
    }
  }
  report(times);
} finally {
  rmSync(root, { recursive: true, force: true });
}

function report(times: ReadonlyMap<string, readonly number[]>): void {
  const base = median(times.get("node -e 0") ?? []);
  for (const [name, all] of times) {
    const each = ((median(all) - base) / devices) * 1000;
    const beyond = name.startsWith("lsaux") && name !== "lsaux --help" ? `${each.toFixed(1)} ms per 1,000 devices` : "";
    console.log(`${name.padEnd(16)}${median(all).toFixed(1).padStart(8)} ms  ${beyond}`.trimEnd());
    if (name === "lsaux" && each > Number(values.most ?? Infinity)) process.exitCode = 1;
  }
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}
