// Resolving modaliases beside libkmod: the same answers as modprobe, and how many a second.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { AliasIndex, parseModulesAlias } from "@auxbus/modules";
import { kernelTree } from "./kernel-tree.ts";
import { concrete, Dice, familyOf, samples } from "./modaliases.ts";

const HELP = `Usage: npm run bench:resolve -- [options]

Looks up modaliases in the modules.alias of Debian's own kernel, with auxbus and with libkmod, in one run.

  --record FOLDER  writes the aliases and modprobe's answers there, for the tests
  --json FILE      writes the figures there
  -h, --help       this text

Ends with 1 when an answer differs from modprobe's.`;

const { values } = parseArgs({
  options: { record: { type: "string" }, json: { type: "string" }, help: { type: "boolean", short: "h" } },
});
if (values.help === true) {
  console.log(HELP);
  process.exit(0);
}

const tree = kernelTree();
const libkmod = join(tree.root, "../libkmod");
const source = fileURLToPath(new URL("../../resolve/libkmod.c", import.meta.url));
execFileSync("gcc", ["-O2", "-Wall", "-o", libkmod, source, "-lkmod"], { stdio: "inherit" });

const text = readFileSync(join(tree.folder, "modules.alias"), "utf8");
const entries = parseModulesAlias(text);
const index = AliasIndex.of(entries);

/** Each module once: kmod names one again for each of its aliases that match. */
const once = (names: readonly string[]): string => [...new Set(names)].join(" ");

/** What modprobe says, one process for each. */
function modprobe(modalias: string): string {
  try {
    const args = ["-R", "-d", tree.root, "-S", tree.version, modalias];
    const names = execFileSync("modprobe", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return once(names.trim().split("\n"));
  } catch {
    // It ends with 1 when nothing has the alias.
    return "";
  }
}

const asked = samples(entries, 40);
const answers = asked.map((modalias) => ({ modalias, modules: modprobe(modalias) }));
const different = answers.filter(({ modalias, modules }) => once(index.lookup(modalias)) !== modules);
for (const { modalias, modules } of different) {
  console.error(`${modalias}: modprobe says "${modules}", auxbus "${index.lookup(modalias).join(" ")}"`);
}
console.log(
  `${entries.length} aliases of Linux ${tree.version}: ${asked.length - different.length} of ${asked.length} modaliases have the same answer as with modprobe -R`,
);

if (values.record !== undefined) {
  mkdirSync(values.record, { recursive: true });
  writeFileSync(join(values.record, "modules.alias.gz"), gzipSync(text, { level: 9 }));
  const lines = answers.map(({ modalias, modules }) => `${modalias}\t${modules}`).join("\n");
  writeFileSync(join(values.record, "answers.tsv.gz"), gzipSync(`${lines}\n`, { level: 9 }));
}

function kmodRate(modaliases: readonly string[], rounds: number): number {
  const input = `${modaliases.join("\n")}\n`;
  return Number(execFileSync(libkmod, [tree.folder, String(rounds)], { input, encoding: "utf8" }));
}

function rate(modaliases: readonly string[], lookups: number): number {
  let found = 0;
  const round = (n: number): void => {
    for (let i = 0; i < n; i++) found += index.lookup(modaliases[i % modaliases.length] ?? "").length;
  };
  round(lookups / 4);
  const start = performance.now();
  round(lookups);
  const ms = performance.now() - start;
  if (found === 0) throw new Error("nothing was found");
  return (lookups * 1000) / ms;
}

const dice = new Dice(3);
const of = (family: string): string[] =>
  entries.filter(({ alias }) => familyOf(alias) === family).map(({ alias }) => concrete(alias, dice));
const auxiliary = of("auxiliary");
const families = [of("pci"), of("usb"), auxiliary];
const mix = Array.from({ length: 3_000 }, (_, i) => dice.pick(families[i % 3] ?? []));

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
const rows = (
  [
    ["auxiliary aliases", auxiliary, 20_000, 3_000_000],
    ["pci, usb, auxiliary in turn", mix, 100, 1_000_000],
  ] as const
).map(([what, modaliases, rounds, lookups]) => {
  const pairs = Array.from({ length: 5 }, () => [rate(modaliases, lookups), kmodRate(modaliases, rounds)] as const);
  const [auxbus, kmod] = [median(pairs.map(([ours]) => ours)), median(pairs.map(([, theirs]) => theirs))];
  return { what, auxbus, kmod, ratio: auxbus / kmod };
});

const millions = (n: number): string => (n / 1e6).toFixed(2).padStart(8);
console.log(
  `\n${"M lookups/s, median of 5".padEnd(30)}${"auxbus".padStart(8)}${"libkmod".padStart(9)}${"ratio".padStart(8)}`,
);
for (const { what, auxbus, kmod, ratio } of rows) {
  console.log(`${what.padEnd(30)}${millions(auxbus)} ${millions(kmod)}${`${ratio.toFixed(1)}×`.padStart(8)}`);
}
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    `${JSON.stringify({ kernel: tree.version, aliases: entries.length, compared: asked.length, different: different.length, rows }, null, 2)}\n`,
  );
}
if (different.length > 0) process.exit(1);
