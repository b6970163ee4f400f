// How fast a command is there: `auxctl ls` against a running host beside an empty program.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HELP = `Usage: npm run bench:start -- [options]

Starts a host with simulated hardware and measures how long commands take that ask it, beside node -e 0: processes
one after the other, interleaved, medians.

  --samples N      samples of each (40)
  --most RATIO     end with 1 when auxctl ls takes more than so many times as long as node -e 0
  -h, --help       this text`;

const { values } = parseArgs({
  options: { samples: { type: "string" }, most: { type: "string" }, help: { type: "boolean", short: "h" } },
});
if (values.help === true) {
  console.log(HELP);
  process.exit(0);
}

const samples = Number(values.samples ?? 40);
const bin = fileURLToPath(new URL("../../packages/auxctl/bin/auxctl.cjs", import.meta.url));
const runtime = mkdtempSync(join(tmpdir(), "auxbus-bench-"));
const env = { ...process.env, XDG_RUNTIME_DIR: runtime };

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "node -e 0": ["-e", "0"],
  "auxctl ls": [bin, "ls"],
  "auxctl tree": [bin, "tree"],
  "auxctl lsmod": [bin, "lsmod"],
  "auxctl modinfo --help": [bin, "modinfo", "--help"],
};

const host = spawn(process.execPath, [bin, "run", "snd_sof", "sim_nics"], {
  env,
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  // Its tree.
  await once(host.stdout, "data");
  const times = new Map<string, number[]>(Object.keys(COMMANDS).map((name) => [name, []]));
  for (let i = 0; i < samples; i++) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      const before = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
      times.get(name)?.push(performance.now() - before);
    }
  }
  report(times);
} finally {
  host.kill("SIGTERM");
  await once(host, "close");
  rmSync(runtime, { recursive: true, force: true });
}

function report(times: ReadonlyMap<string, readonly number[]>): void {
  const base = median(times.get("node -e 0") ?? []);
  for (const [name, all] of times) {
    const ratio = median(all) / base;
    console.log(`${name.padEnd(24)}${median(all).toFixed(1).padStart(8)} ms${ratio.toFixed(2).padStart(8)} ×`);
    if (name === "auxctl ls" && ratio > Number(values.most ?? Infinity)) process.exitCode = 1;
  }
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}
