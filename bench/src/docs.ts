// Puts the tables of a results file (bench/results/reference.json) into docs/performance.md.
import { readFile, writeFile } from "node:fs/promises";
import { render } from "./report.ts";
import type { Results } from "./results.ts";

const BEGIN = "<!-- figures: npm run bench:docs -->";
const END = "<!-- end of figures -->";

const page = new URL("../../docs/performance.md", import.meta.url);
const reference = new URL("../results/reference.json", import.meta.url);
const results: Results = JSON.parse(await readFile(process.argv[2] ?? reference, "utf8"));
const text = await readFile(page, "utf8");
const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
if (begin === -1 || end < begin) throw new Error(`docs/performance.md has no ${BEGIN} … ${END}`);
await writeFile(page, `${text.slice(0, begin + BEGIN.length)}\n\n${render(results)}\n\n${text.slice(end)}`);
