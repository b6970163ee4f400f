/**
 * Whether a text matches a pattern as libkmod matches aliases: `*` any text, `?` any character, `[…]` one of a set
 * with ranges, `[!…]` or `[^…]` one that is not in it, `\` takes the next character as it is.
 */
export function globMatches(pattern: string, text: string): boolean {
  return matchesFrom(pattern, 0, text, 0);
}

/** Whether what comes after `from` in the text matches what comes after `start` in the pattern. */
export function matchesFrom(pattern: string, start: number, text: string, from: number): boolean {
  let p = start;
  let t = from;
  // Where to go on when what follows the last star does not match: one character later.
  let star = -1;
  let after = 0;
  for (;;) {
    if (p < pattern.length && pattern[p] === "*") {
      star = p++;
      after = t;
      continue;
    }
    if (t === text.length) return p === pattern.length;
    const next = p < pattern.length ? matchOne(pattern, p, text.charCodeAt(t)) : -1;
    if (next !== -1) {
      p = next;
      t++;
      continue;
    }
    if (star === -1) return false;
    p = star + 1;
    t = ++after;
  }
}

/** Where the pattern goes on after one character; -1 when it does not match. */
function matchOne(pattern: string, p: number, code: number): number {
  switch (pattern.charAt(p)) {
    case "?":
      return p + 1;
    case "[":
      return matchSet(pattern, p, code);
    case "\\":
      return p + 1 < pattern.length && pattern.charCodeAt(p + 1) === code ? p + 2 : -1;
    default:
      return pattern.charCodeAt(p) === code ? p + 1 : -1;
  }
}

function matchSet(pattern: string, open: number, code: number): number {
  let p = open + 1;
  const negated = pattern[p] === "!" || pattern[p] === "^";
  if (negated) p++;
  const first = p;
  let found = false;
  for (; p < pattern.length; p++) {
    // A bracket that stands first is one of the set.
    if (pattern[p] === "]" && p > first) return found === negated ? -1 : p + 1;
    const low = pattern.charCodeAt(p);
    const isRange = pattern[p + 1] === "-" && p + 2 < pattern.length && pattern[p + 2] !== "]";
    const high = isRange ? pattern.charCodeAt(p + 2) : low;
    if (isRange) p += 2;
    if (code >= low && code <= high) found = true;
  }
  // Without an end it is no set: just a bracket.
  return code === "[".charCodeAt(0) ? open + 1 : -1;
}

/** Whether a pattern has anything in it that is not taken as it is. */
export function hasWildcards(pattern: string): boolean {
  return /[*?[\\]/.test(pattern);
}

/** `-` is `_` in names and aliases, except in a set: as libkmod looks them up. */
export function normalizeAlias(alias: string): string {
  if (!alias.includes("-")) return alias;
  let normal = "";
  let inSet = false;
  for (const char of alias) {
    if (char === "[") inSet = true;
    else if (char === "]") inSet = false;
    normal += char === "-" && !inSet ? "_" : char;
  }
  return normal;
}
