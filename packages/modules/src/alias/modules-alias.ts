import { BusError } from "auxbus";
import type { AliasEntry } from "./alias-index.ts";

/**
 * Reads the text of a `modules.alias` as depmod writes it: lines `alias PATTERN MODULE`, comments with `#`.
 *
 * @throws {BusError} `EINVAL` for any other line, with its number
 */
export function parseModulesAlias(text: string, file = "modules.alias"): AliasEntry[] {
  const entries: AliasEntry[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [word, alias, module, ...rest] = line.trim().split(/\s+/);
    if (word !== "alias" || alias === undefined || module === undefined || rest.length > 0) {
      throw new BusError("EINVAL", `${file}:${i + 1}: expected "alias PATTERN MODULE", not ${JSON.stringify(line)}`, {
        op: "depmod",
      });
    }
    entries.push({ alias, module });
  }
  return entries;
}
