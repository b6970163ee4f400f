import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A piece of TypeScript in a page of the documentation. */
export interface DocBlock {
  /** Of the page, from the root of the repository. */
  readonly page: string;
  /** Where the code begins, counted from 1. */
  readonly line: number;
  readonly code: string;
  /** Cannot run by itself: marked ```ts fragment. */
  readonly fragment: boolean;
}

/** The pages whose code and links are tested: those at the root, everything in docs/, and each package's own. */
export function docPages(root: string): string[] {
  const pages = readdirSync(root).filter((name) => name.endsWith(".md"));
  for (const name of readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })) {
    if (name.endsWith(".md")) pages.push(join("docs", name));
  }
  for (const group of ["packages", "stacks"]) {
    for (const name of readdirSync(join(root, group))) pages.push(join(group, name, "README.md"));
  }
  return [...pages, join("examples", "README.md")].toSorted();
}

/** Every ```ts block of a page. @throws {Error} a block that has no end, or an unknown word after ```ts */
export function docBlocks(root: string, page: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  const lines = readFileSync(join(root, page), "utf8").split("\n");
  for (let i = 0; i < lines.length; i++) {
    const opening = /^```(\S*)\s*(.*)$/.exec(lines[i] ?? "");
    if (opening === null) continue;
    const end = lines.indexOf("```", i + 1);
    if (end === -1) throw new Error(`${page}:${i + 1}: the block has no end`);
    const [, language, word] = opening;
    if (language === "ts") {
      if (word !== "" && word !== "fragment") throw new Error(`${page}:${i + 1}: \`\`\`ts ${word} means nothing here`);
      blocks.push({ page, line: i + 2, code: lines.slice(i + 1, end).join("\n"), fragment: word === "fragment" });
    }
    i = end;
  }
  return blocks;
}
