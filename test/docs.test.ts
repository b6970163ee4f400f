import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { type DocBlock, docBlocks, docPages } from "./doc-blocks.ts";

const ROOT = join(import.meta.dirname, "..");
const OUT = join(import.meta.dirname, ".docs");
const TSC = join(ROOT, "node_modules/.bin/tsc");

const pages = docPages(ROOT);
const blocks = pages.flatMap((page) => docBlocks(ROOT, page));

function fileOf({ page, line }: DocBlock): string {
  return `${page.replaceAll(/[/\\]/g, "-")}-${line}.ts`;
}

// The code keeps its place in the page, so that what tsc and the tests report names the line to look at.
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT);
for (const block of blocks) {
  writeFileSync(join(OUT, fileOf(block)), `${"\n".repeat(block.line - 1)}${block.code}\nexport {};\n`);
}
writeFileSync(
  join(OUT, "tsconfig.json"),
  JSON.stringify({
    extends: "../../tsconfig.test.json",
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: [],
    files: blocks.map(fileOf),
  }),
);

test("every block is of the types that it claims", () => {
  const { status, stdout, stderr } = spawnSync(TSC, ["-p", OUT], { cwd: ROOT, encoding: "utf8" });
  expect(`${stdout}${stderr}`).toBe("");
  expect(status).toBe(0);
}, 60_000);

describe.each(pages)("%s", (page) => {
  const runnable = blocks.filter((block) => block.page === page && !block.fragment);

  test.each(runnable.map((block) => [block.line, fileOf(block)] as const))("line %i", async (_line, file) => {
    await import(/* @vite-ignore */ pathToFileURL(join(OUT, file)).href);
  });

  test("links lead somewhere", () => {
    const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "");
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    const broken = targets.filter((target) => {
      if (/^https:\/\/(docs\.kernel\.org|git\.kernel\.org)\//.test(target)) return false;
      const [path = ""] = target.split("#");
      return path !== "" && !existsSync(join(ROOT, dirname(page), path));
    });
    expect(broken).toEqual([]);
  });
});

test("the page on dependencies has a row for each that some package has", () => {
  const page = readFileSync(join(ROOT, "docs/dependencies.md"), "utf8");
  const below = ["packages", "stacks", "tools"].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
  );
  const manifests = [".", "bench", "conformance", ...below]
    .map((folder) => join(folder, "package.json"))
    .filter((manifest) => existsSync(join(ROOT, manifest)));
  expect(manifests.length).toBeGreaterThan(20);
  const missing = manifests.flatMap((manifest) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(ROOT, manifest), "utf8"));
    const names = Object.keys({ ...dependencies, ...devDependencies });
    const others = names.filter((name) => name !== "auxbus" && !name.startsWith("@auxbus/"));
    return others.filter((name) => !page.includes(`| ${name} `) && !page.includes(`(as ${name})`));
  });
  expect(missing).toEqual([]);
});

test("there is code in the pages that teach", () => {
  const taught = new Set(blocks.filter((block) => !block.fragment).map((block) => block.page));
  for (const page of ["README.md", "docs/writing-a-parent.md", "docs/writing-a-driver.md", "docs/contracts.md"]) {
    expect(taught).toContain(page);
  }
});
