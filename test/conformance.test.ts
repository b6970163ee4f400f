import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { compareTraces, formatComparison, parseScenario, runScenario } from "@auxbus/testing";
import { describe, expect, test } from "vitest";

const CONFORMANCE = join(import.meta.dirname, "../conformance");

function scenarios(folder: string): string[] {
  const files = readdirSync(join(CONFORMANCE, folder)).filter((file) => file.endsWith(".aux"));
  return files.map((file) => basename(file, ".aux")).toSorted();
}

async function differences(path: string, recording: string, strict: boolean): Promise<string> {
  const scenario = parseScenario(readFileSync(`${path}.aux`, "utf8"), `${path}.aux`);
  const trace = await runScenario(scenario, { strict });
  const comparison = compareTraces(scenario, readFileSync(`${path}${recording}`, "utf8"), trace);
  return formatComparison(comparison);
}

const FOLDERS = { examples: 16, found: 10, random: 200, "random-pm": 30, "random-defer": 40 };

describe.each(Object.entries(FOLDERS))("%s: equal to Linux 7.3", (folder, count) => {
  const names = scenarios(folder);

  test("is all there", () => {
    expect(names).toHaveLength(count);
  });

  test.each(names)("%s", async (name) => {
    expect(await differences(join(CONFORMANCE, folder, name), ".trace", false)).toBe("");
  });
});

describe("misuse: refused with an error, and the bus goes on", () => {
  const names = scenarios("misuse");

  test("is all there", () => {
    expect(names).toHaveLength(10);
  });

  test.each(names)("%s", async (name) => {
    expect(await differences(join(CONFORMANCE, "misuse", name), ".trace-auxbus", true)).toBe("");
  });
});

test("a scenario run again gives the same trace", async () => {
  for (const name of scenarios("random-defer")) {
    const path = join(CONFORMANCE, "random-defer", `${name}.aux`);
    const scenario = parseScenario(readFileSync(path, "utf8"), path);
    expect(await runScenario(scenario)).toEqual(await runScenario(scenario));
  }
});
