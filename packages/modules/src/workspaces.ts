import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Stamps } from "./stamps.ts";

/**
 * The folders that the field `workspaces` of a package.json names: npm links them into `node_modules`, but only
 * when it is run.
 *
 * @param patterns paths with `*`, `?` and `**`; those with `!` in front take away again
 */
export async function workspaceFolders(root: string, patterns: readonly string[], stamps: Stamps): Promise<string[]> {
  const folders = new Set<string>();
  for (const pattern of patterns) {
    const parts = pattern
      .replace(/^!/, "")
      .split("/")
      .filter((part) => part !== "" && part !== ".");
    for (const folder of await expand(root, parts, stamps)) {
      if (pattern.startsWith("!")) folders.delete(folder);
      else folders.add(folder);
    }
  }
  return [...folders];
}

async function expand(folder: string, parts: readonly string[], stamps: Stamps): Promise<string[]> {
  const [part, ...rest] = parts;
  if (part === undefined) return [folder];
  if (!/[*?]/.test(part)) return expand(join(folder, part), rest, stamps);
  const folders = part === "**" ? await expand(folder, rest, stamps) : [];
  const form = segmentForm(part);
  for (const name of await foldersIn(folder, stamps)) {
    if (part === "**") folders.push(...(await expand(join(folder, name), parts, stamps)));
    else if (form.test(name)) folders.push(...(await expand(join(folder, name), rest, stamps)));
  }
  return folders;
}

function segmentForm(part: string): RegExp {
  const literal = part.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

async function foldersIn(folder: string, stamps: Stamps): Promise<string[]> {
  await stamps.see(folder);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .toSorted();
}
