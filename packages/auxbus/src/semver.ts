/** A version's numbers and prerelease parts; build metadata does not count. */
interface Version {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: readonly (string | number)[];
}

/** One condition of a range. */
interface Comparator {
  readonly op: "<" | "<=" | ">" | ">=" | "=";
  readonly version: Version;
}

/** Alternatives, each a list of conditions that must all hold. */
export type Range = readonly (readonly Comparator[])[];

const VERSION = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-.]+)?$/;
const PART = String.raw`v?(\d+|[xX*])(?:\.(\d+|[xX*])(?:\.(\d+|[xX*])(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-.]+)?)?)?`;
const HYPHEN = new RegExp(`^\\s*${PART}\\s+-\\s+${PART}\\s*$`);
const TERM = new RegExp(`^(<=|>=|<|>|=|\\^|~>|~)?\\s*${PART}$`);

/** Ranges come from id tables, so there are few; the limit only keeps a hostile caller from growing the cache. */
const CACHED = 1000;
const parsed = new Map<string, Range>();

/**
 * Whether a version is in an npm semver range. A prerelease is in it only when the range names a prerelease of
 * the same three numbers.
 *
 * @throws {TypeError} the version or the range is malformed; the message names it
 */
export function satisfies(version: string, range: string): boolean {
  const candidate = parseVersion(version);
  return parseRange(range).some((comparators) => holds(candidate, comparators));
}

/** @throws {TypeError} naming the input when it is no version */
export function parseVersion(text: string): Version {
  const match = VERSION.exec(text.trim());
  if (match === null) throw new TypeError(`${JSON.stringify(text)} is no semver version (such as 1.2.3)`);
  const [, major, minor, patch, prerelease] = match;
  return {
    numbers: [numeric(major, text), numeric(minor, text), numeric(patch, text)],
    prerelease: parts(prerelease, text),
  };
}

/** @throws {TypeError} naming the input when it is no range */
export function parseRange(text: string): Range {
  let range = parsed.get(text);
  if (range === undefined) {
    range = text.split("||").map((alternative) => parseAlternative(alternative.trim(), text));
    // As npm reads it: beside an alternative that admits every release, no other one admits a prerelease.
    if (range.some((comparators) => comparators.length === 0)) range = [[]];
    if (parsed.size >= CACHED) parsed.clear();
    parsed.set(text, range);
  }
  return range;
}

function numeric(digits: string | undefined, text: string): number {
  const value = Number(digits);
  if (!Number.isSafeInteger(value) || (digits !== undefined && digits.length > 1 && digits.startsWith("0"))) {
    throw new TypeError(`${JSON.stringify(text)} is no semver: bad number ${String(digits)}`);
  }
  return value;
}

function parts(prerelease: string | undefined, text: string): (string | number)[] {
  if (prerelease === undefined) return [];
  return prerelease.split(".").map((part) => (/^\d+$/.test(part) ? numeric(part, text) : part));
}

function parseAlternative(text: string, whole: string): Comparator[] {
  const hyphen = HYPHEN.exec(text);
  if (hyphen !== null) {
    return [...bounds(">=", partial(hyphen.slice(1, 5), whole)), ...bounds("<=", partial(hyphen.slice(5, 9), whole))];
  }
  const terms = text
    .replaceAll(/(<=|>=|<|>|=|\^|~>|~)\s+/g, "$1")
    .split(/\s+/)
    .filter((term) => term !== "");
  return terms.flatMap((term) => {
    const match = TERM.exec(term);
    const [, op = "=", major, minor, patch] = match ?? [];
    // As npm does: a number after an open one is refused, save after ^ and ~.
    const misplaced = (isOpen(major) && !isOpen(minor)) || (isOpen(minor) && !isOpen(patch));
    if (match === null || (misplaced && !/[\^~]/.test(op))) {
      throw new TypeError(`${JSON.stringify(whole)} is no semver range (such as ^1.2.0)`);
    }
    return bounds(op, partial(match.slice(2, 6), whole));
  });
}

function isOpen(part: string | undefined): boolean {
  return part === undefined || /^[xX*]$/.test(part);
}

/** A version of which the last numbers may be left open. */
interface Partial {
  readonly numbers: readonly number[];
  readonly prerelease: readonly (string | number)[];
}

function partial([major, minor, patch, prerelease]: (string | undefined)[], text: string): Partial {
  const numbers: number[] = [];
  for (const part of [major, minor, patch]) {
    if (part === undefined || isOpen(part)) break;
    numbers.push(numeric(part, text));
  }
  const words = parts(prerelease, text);
  return { numbers, prerelease: numbers.length === 3 ? words : [] };
}

/** The conditions that an operator before a version, of which the last numbers may be open, stands for. */
function bounds(op: string, { numbers, prerelease }: Partial): Comparator[] {
  const [major = 0, minor = 0, patch = 0] = numbers;
  const open = numbers.length < 3;
  const low = version(major, minor, patch, prerelease);
  /** The first version that no longer has the given numbers; its own prereleases are beyond it, too. */
  const next = (length: number): Version =>
    length === 1
      ? version(major + 1, 0, 0, [0])
      : length === 2
        ? version(major, minor + 1, 0, [0])
        : version(major, minor, patch + 1, [0]);
  const none: Comparator = { op: "<", version: version(0, 0, 0, [0]) };
  const upTo = (length: number): Comparator[] => [
    { op: ">=", version: low },
    { op: "<", version: next(length) },
  ];
  if (numbers.length === 0) return op === "<" || op === ">" ? [none] : [];
  switch (op) {
    case "^":
      if (major > 0 || numbers.length === 1) return upTo(1);
      return minor > 0 || numbers.length === 2 ? upTo(2) : upTo(3);
    case "~":
    case "~>":
      return upTo(Math.min(numbers.length, 2));
    case ">":
      return open ? [{ op: ">=", version: { ...next(numbers.length), prerelease: [] } }] : [{ op, version: low }];
    case ">=":
      return isZero(low) ? [] : [{ op, version: low }];
    case "<":
      return [{ op, version: open ? version(major, minor, 0, [0]) : low }];
    case "<=":
      return open ? [{ op: "<", version: next(numbers.length) }] : [{ op, version: low }];
    default:
      return open ? upTo(numbers.length) : [{ op: "=", version: low }];
  }
}

function isZero({ numbers, prerelease }: Version): boolean {
  return prerelease.length === 0 && numbers.every((number) => number === 0);
}

function version(major: number, minor: number, patch: number, prerelease: readonly (string | number)[]): Version {
  return { numbers: [major, minor, patch], prerelease };
}

function holds(candidate: Version, comparators: readonly Comparator[]): boolean {
  for (const comparator of comparators) if (!meets(candidate, comparator)) return false;
  if (candidate.prerelease.length === 0) return true;
  return comparators.some(
    ({ version: { numbers, prerelease } }) =>
      prerelease.length > 0 && numbers.every((number, i) => number === candidate.numbers[i]),
  );
}

function meets(candidate: Version, { op, version: bound }: Comparator): boolean {
  const order = compare(candidate, bound);
  switch (op) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "=":
      return order === 0;
  }
}

function compare(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  for (let i = 0; ; i++) {
    const x = a.prerelease[i];
    const y = b.prerelease[i];
    if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? -1 : 1;
    if (x === y) continue;
    // Numbers come before words.
    if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
    return x < y ? -1 : 1;
  }
}
