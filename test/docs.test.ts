import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

test("there is code in the pages that teach", () => {
  const taught = new Set(blocks.filter((block) => !block.fragment).map((block) => block.page));
  for (const page of ["README.md", "docs/writing-a-parent.md", "docs/writing-a-driver.md", "docs/contracts.md"]) {
    expect(taught).toContain(page);
  }
});
