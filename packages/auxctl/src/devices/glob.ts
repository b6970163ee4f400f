import { UsageError } from "../exit-code.ts";

/** The words that a pattern matches: `*`, `?`, `[a-z]` and `[!a-z]`, as shells have it. @throws {UsageError} */
export function glob(pattern: string): (word: string) => boolean {
  const source = pattern.replaceAll(/\[!?[^\]]+\]|[*?]|[^*?[]+|\[/g, (part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part.startsWith("[") && part.length > 2) return part.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return part.replaceAll(/[.+^${}()|\\[\]]/g, "\\$&");
  });
  const expression = compiled(pattern, source);
  return (word) => expression.test(word);
}

function compiled(pattern: string, source: string): RegExp {
  try {
    return new RegExp(`^${source}$`, "s");
  } catch {
    throw new UsageError(`${pattern} is no pattern; it may have *, ?, [a-z] and [!a-z]`);
  }
}
