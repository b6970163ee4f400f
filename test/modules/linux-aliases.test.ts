import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { AliasIndex, parseModulesAlias } from "@auxbus/modules";
import { expect, test } from "vitest";

const read = (name: string): string => gunzipSync(readFileSync(join(import.meta.dirname, "linux", name))).toString();

test("every modalias names the modules that modprobe -R names, in its order", () => {
  const entries = parseModulesAlias(read("modules.alias.gz"));
  expect(entries.length).toBeGreaterThan(26_000);
  const index = AliasIndex.of(entries);
  const answers = read("answers.tsv.gz")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  expect(answers.length).toBeGreaterThan(700);
  const wrong = answers.filter(([modalias = "", modules = ""]) => index.lookup(modalias).join(" ") !== modules);
  expect(wrong).toEqual([]);
  expect(answers.filter(([, modules]) => modules === "").length, "some name none").toBeGreaterThanOrEqual(3);
  expect(answers.filter(([, modules]) => modules?.includes(" ")).length, "some name several").toBeGreaterThan(20);
});
