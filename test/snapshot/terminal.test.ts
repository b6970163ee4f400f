import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSnapshot, type SnapshotFile, textOf } from "@auxbus/snapshot";
import fc from "fast-check";
import { errnoOf } from "auxbus";
import { expect, test } from "vitest";
import { auxctl } from "../fake-io.ts";
import { tempFolder } from "../temp-folder.ts";
import { makeBus, NIC, snapshotOf } from "./world.ts";

const env = { LANG: "C.UTF-8", NO_COLOR: "1" };

/** A path to each string of a file, and to each name of a member. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const isName = !Array.isArray(value);
    return [...(isName ? [[...path, key, "(name)"]] : []), ...placesIn(each, [...path, key])];
  });
}

/** The same with what is put in front of the string at a place. */
function withBad(value: unknown, [first, ...rest]: readonly string[], bad: string): unknown {
  if (first === undefined) return `${bad}${String(value)}`;
  if (Array.isArray(value))
    return value.map((each: unknown, i) => (String(i) === first ? withBad(each, rest, bad) : each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (key !== first) return [key, each];
      return rest[0] === "(name)" ? [`${bad}${key}`, each] : [key, withBad(each, rest, bad)];
    }),
  );
}

/** What a terminal would do something at, but end a line. */
const BAD = /[^\P{Cc}\n]/u;

async function shown(file: unknown): Promise<string> {
  const cwd = tempFolder();
  writeFileSync(join(cwd, "evil.json"), JSON.stringify(file));
  writeFileSync(join(cwd, "good.json"), [...textOf(await good)].join(""));
  const commands = [
    ["tree", "-r"],
    ["ls"],
    ...["nic.eth.0", NIC, "eth_drv.eth", "auxiliary"].map((name) => ["show", name]),
    ...["nic.eth.0", "nic.rdma.0"].map((name) => ["explain", name]),
  ].map((words) => ["--file", "evil.json", ...words]);
  let output = "";
  for (const words of [...commands, ["diff", "good.json", "evil.json"], ["diff", "evil.json", "good.json"]]) {
    const { stdout, stderr } = await auxctl(words, { cwd, env });
    output += stdout + stderr;
  }
  return output;
}

const good: Promise<SnapshotFile> = makeBus().then((core) => snapshotOf(core.view()));

test("a file with control characters anywhere is refused, or shown without them", async () => {
  const file: unknown = JSON.parse(JSON.stringify(await good));
  const places = placesIn(file);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...places),
      fc.constantFrom("\u001B[31m", "\u0007", "\u009B31m", "\r", "\u007F", "\u0000", "\t"),
      async (place, bad) => {
        const output = await shown(withBad(file, place, bad));
        expect(BAD.exec(output), JSON.stringify(place)).toBeNull();
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test("contents of files are escaped in JSON, too", async () => {
  const cwd = tempFolder();
  const file = await good;
  const vendor = "\u001B[31m\u009B31m\u007F\n";
  const folder = { ...file.sysfs[NIC.slice(1)], vendor };
  writeFileSync(join(cwd, "evil.json"), JSON.stringify({ ...file, sysfs: { ...file.sysfs, [NIC.slice(1)]: folder } }));
  const { stdout } = await auxctl(["--file", "evil.json", "show", NIC, "--json"], { cwd, env });
  expect(BAD.exec(stdout)).toBeNull();
  expect(JSON.parse(stdout)).toMatchObject({ attributes: { vendor: vendor.trimEnd() } });
});

test("only contents of files may have them", async () => {
  const file: unknown = JSON.parse(JSON.stringify(await good));
  const accepted = new Set<string>();
  for (const place of placesIn(file)) {
    const text = JSON.stringify(withBad(file, place, "\u001B"));
    try {
      // Text for people is made harmless.
      const parsed = JSON.stringify(parseSnapshot(text, "a.json"));
      if (parsed.includes("\\u001b") && !parsed.includes("\\\\u001b")) accepted.add(place[0] ?? "");
    } catch (error) {
      expect(errnoOf(error)).toBe("EINVAL");
      expect(String(error)).not.toMatch(/\p{Cc}/u);
    }
  }
  expect([...accepted]).toEqual(["sysfs"]);
});

test("text for people is one line", async () => {
  const file = await good;
  const explanations = Object.fromEntries(
    Object.entries(file.explanations).map(([path, said]) => [path, { ...said, summary: "fine\nnic.eth.0\tbound" }]),
  );
  const parsed = parseSnapshot([...textOf({ ...file, explanations })].join(""), "a.json");
  expect(Object.values(parsed.explanations)[0]?.summary).toBe("fine nic.eth.0 bound");
});
