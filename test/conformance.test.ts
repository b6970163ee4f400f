import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { formatDifference, parseScenario, reproduce, type ReproduceOptions, runScenario } from "@auxbus/testing";
import { describe, expect, test } from "vitest";
import { translator } from "../conformance/src/older-kernels.ts";

const CONFORMANCE = join(import.meta.dirname, "../conformance");

function scenarios(folder: string): string[] {
  const files = readdirSync(join(CONFORMANCE, folder)).filter((file) => file.endsWith(".aux"));
  return files.map((file) => basename(file, ".aux")).toSorted();
}

async function differences(path: string, recording: string, options: ReproduceOptions = {}): Promise<string> {
  const scenario = parseScenario(readFileSync(`${path}.aux`, "utf8"), `${path}.aux`);
  const { equal, expected, actual } = await reproduce(scenario, readFileSync(`${path}${recording}`, "utf8"), options);
  return equal ? "" : formatDifference(expected, actual);
}

const FOLDERS = { examples: 16, found: 15, random: 200, "random-pm": 30, "random-defer": 40 };

describe.each(Object.entries(FOLDERS))("%s: equal to Linux 7.3", (folder, count) => {
  const names = scenarios(folder);

  test("is all there", () => {
    expect(names).toHaveLength(count);
  });

  test.each(names)("%s", async (name) => {
    expect(await differences(join(CONFORMANCE, folder, name), ".trace")).toBe("");
  });
});

describe("equal to Linux 6.1, where it was recorded, too", () => {
  const files = readdirSync(CONFORMANCE, { recursive: true, encoding: "utf8" });
  const paths = files.filter((file) => file.endsWith(".trace-6.1")).map((file) => file.replace(/\.trace-6\.1$/, ""));
  // The name of an id table has 32 bytes there.
  const otherwise = "examples/006-names";
  const translate = translator({ version: "6.1.0" });

  test("is all there", () => {
    expect(paths).toHaveLength(28);
  });

  test.each(paths.filter((path) => path !== otherwise).toSorted())("%s", async (path) => {
    expect(await differences(join(CONFORMANCE, path), ".trace-6.1", { translate })).toBe("");
  });

  test(`${otherwise} is not`, async () => {
    expect(await differences(join(CONFORMANCE, otherwise), ".trace-6.1", { translate })).toMatch(/^\+ probe e /m);
  });
});

describe("misuse: refused with an error, and the bus goes on", () => {
  const names = scenarios("misuse");

  test("is all there", () => {
    expect(names).toHaveLength(10);
  });

  test.each(names)("%s", async (name) => {
    expect(await differences(join(CONFORMANCE, "misuse", name), ".trace-auxbus", { strict: true })).toBe("");
  });
});

test("a scenario run again gives the same trace", async () => {
  for (const name of scenarios("random-defer")) {
    const path = join(CONFORMANCE, "random-defer", `${name}.aux`);
    const scenario = parseScenario(readFileSync(path, "utf8"), path);
    expect(await runScenario(scenario)).toEqual(await runScenario(scenario));
  }
});
