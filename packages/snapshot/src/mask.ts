import { randomBytes } from "node:crypto";
import type { SnapshotFile, SnapshotNode } from "./format.ts";
import { replaceParts, typesIn } from "./identities.ts";
import { MaskedWords, replacer } from "./mask-words.ts";
import { isSecret } from "./secrets.ts";

export interface MaskOptions {
  /** Names of machines, beside the one that the snapshot was taken on; and other words. */
  readonly names?: readonly string[] | undefined;
  /** For tests: the same salt gives the same masks. */
  readonly salt?: Uint8Array;
}

export interface Masked {
  readonly file: SnapshotFile;
  /** Names that stay, because they are also words of the buses: of a driver, an attribute, … */
  readonly kept: readonly string[];
}

/**
 * Replaces what tells one machine from others: names of machines, hardware and network addresses, serial numbers,
 * GUIDs, world wide names. The same is replaced by the same all over a file, so that what belongs together can be seen;
 * the salt is thrown away, so that nobody can tell what it was, and two files cannot be compared by it.
 */
export function mask(given: SnapshotFile, { names: more = [], salt = randomBytes(32) }: MaskOptions = {}): Masked {
  const file = { ...given, sysfs: withoutSecrets(given.sysfs) };
  const taken = wordsOf(file);
  const { machine } = file;
  const names = [...new Set([machine, machine.replace(/\..*/, ""), ...more])].filter((name) => name !== "");
  const kept = names.filter((name) => taken.has(name.toLowerCase()));
  const words = new MaskedWords(replacer(salt, typesOf(file)));
  for (const name of names) if (!kept.includes(name)) words.addName(name);
  words.addDomain(machine.slice(machine.indexOf(".") + 1));
  for (const identity of identitiesIn(file)) if (!taken.has(identity.toLowerCase())) words.addIdentity(identity);
  // Without their punctuation, too: they are part of names.
  walk(file, (text) => {
    for (const [pairs] of text.matchAll(/[\da-f]{2}(?:[:-][\da-f]{2}){5,}/gi)) words.addDigits(pairs);
    return text;
  });
  const { sysfs, affinities, ...rest } = file;
  const masked = walk({ ...rest, masked: true }, (text, isName) => words.maskIn(text, isName));
  return {
    file: { ...masked, format: file.format, version: file.version, affinities, sysfs: maskFolders(sysfs, words) },
    kept,
  };
}

function maskFolders(sysfs: SnapshotFile["sysfs"], words: MaskedWords): SnapshotFile["sysfs"] {
  const folders = Object.entries(sysfs).map(([path, folder]) => {
    const maskValue = (name: string, value: string): string =>
      replaceParts(path, name, value, {
        identity: (text) => words.insteadOf(text),
        rest: (text) => words.maskIn(text),
      });
    const nodes = Object.entries(folder).map(([name, node]): [string, SnapshotNode] => {
      const masked = (): SnapshotNode => {
        if (typeof node === "string") return maskValue(name, node);
        const other = walk(node, (text, isName) => words.maskIn(text, isName));
        return "value" in node && node.value !== undefined ? { ...other, value: maskValue(name, node.value) } : other;
      };
      return [words.maskIn(name, true), masked()];
    });
    return [words.maskIn(path, true), Object.fromEntries(nodes)] as const;
  });
  return Object.fromEntries(folders);
}

/** What files and names say of which piece of hardware it is. */
function identitiesIn({ sysfs }: SnapshotFile): Set<string> {
  const found = new Set<string>();
  const note = (text: string): string => {
    found.add(text);
    return text;
  };
  for (const [path, folder] of Object.entries(sysfs)) {
    // Ports of storage networks are called by their address.
    for (const part of path.split("/")) if (/^0x[\da-f]{16}$/i.test(part)) found.add(part);
    for (const [name, node] of Object.entries(folder)) {
      const value = valueOf(node);
      if (value !== undefined) replaceParts(path, name, value, { identity: note, rest: (text) => text });
    }
  }
  return found;
}

/** UUIDs of types of devices. */
function typesOf({ snapshot, sysfs }: SnapshotFile): Set<string> {
  const types = new Set(snapshot.devices.flatMap(({ modalias }) => typesIn(modalias ?? "")));
  for (const folder of Object.values(sysfs)) {
    for (const [name, node] of Object.entries(folder)) {
      const value = valueOf(node) ?? "";
      if (name === "uevent" || name === "modalias") for (const type of typesIn(value)) types.add(type);
      // As a device of Hyper-V tells its type.
      if (name === "class_id") for (const type of typesIn(`vmbus:${value}`)) types.add(type);
    }
  }
  return types;
}

/** One that has been taken by an earlier program has passwords in it. */
function withoutSecrets(sysfs: SnapshotFile["sysfs"]): SnapshotFile["sysfs"] {
  const folders = Object.entries(sysfs).map(([path, folder]) => {
    const nodes = Object.entries(folder).map(([name, node]): [string, SnapshotNode] =>
      valueOf(node) !== undefined && isSecret(path, name) ? [name, { secret: true }] : [name, node],
    );
    return [path, Object.fromEntries(nodes)] as const;
  });
  return Object.fromEntries(folders);
}

function valueOf(node: SnapshotNode): string | undefined {
  return typeof node === "string" ? node : "value" in node ? node.value : undefined;
}

/** Words of the format itself: names of its members, states, verdicts. */
const WORDS =
  "added autoprobe binary bound bus buses class code consumer consumers count deferred deleted deleting device devices " +
  "driver driveroverride drivers error explanations failed failures folder format holders length link links masked " +
  "message modalias module name new not parent path probing readable reason references refused released runtimestatus " +
  "seqnum snapshot source state summary supplier suppliers sysfs time tool tried unbound unsupported value verdict " +
  "version waitsfor writable";

/** What the buses call things: a machine of the same name keeps it, or the file could not be read any more. */
function wordsOf({ snapshot, sysfs }: SnapshotFile): Set<string> {
  const words = new Set(WORDS.split(" "));
  const add = (name: string | null): void => {
    // `eth.eth` would be another driver if a machine is called `eth`.
    for (const word of [name ?? "", ...(name ?? "").split(/[^\da-z]+/i)]) words.add(word.toLowerCase());
  };
  for (const { name } of snapshot.buses) add(name);
  for (const { name, module } of snapshot.drivers) for (const word of [name, module]) add(word);
  for (const { driver, module } of snapshot.devices) for (const word of [driver, module]) add(word);
  for (const [path, folder] of Object.entries(sysfs)) {
    for (const [name, node] of Object.entries(folder)) if (valueOf(node) !== undefined) add(name);
    for (const word of path.split("/").slice(0, 2)) if (!word.startsWith("devices")) add(word);
  }
  return words;
}

/** Members whose values are text for people; others are names and paths. */
const TEXTS: ReadonlySet<string> = new Set(["reason", "summary", "waitsFor", "message", "source", "value"]);

/** The same with all of its texts replaced, and the names of its members where they are none of the format. */
function walk<T>(value: T, replace: (text: string, isName: boolean) => string, isName?: boolean): T;
function walk(value: unknown, replace: (text: string, isName: boolean) => string, isName = false): unknown {
  if (typeof value === "string") return replace(value, isName);
  if (Array.isArray(value)) return value.map((each: unknown) => walk(each, replace, isName));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [replace(key, true), walk(each, replace, !TEXTS.has(key))]),
  );
}
