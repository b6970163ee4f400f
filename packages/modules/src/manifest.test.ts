import { describe, expect, test } from "vitest";
import { parseManifest } from "./manifest.ts";

const parse = (manifest: unknown): ReturnType<typeof parseManifest> =>
  parseManifest(typeof manifest === "string" ? manifest : JSON.stringify(manifest), "/x/package.json", "/x");

describe("parseManifest", () => {
  test("what is left out has the defaults of the documentation", () => {
    expect(parse({ name: "@acme/lab-scope", version: "1.2.3", auxbus: true })).toEqual({
      declared: true,
      dependencies: [],
      info: {
        name: "lab_scope",
        packageName: "@acme/lab-scope",
        version: "1.2.3",
        description: "",
        folder: "/x",
        entry: "index.js",
        aliases: [],
        softdep: { pre: [], post: [] },
        params: {},
        isolation: "none",
      },
    });
  });

  test("a package need not be a module; then it takes any parameter", () => {
    const { declared, info } = parse({ dependencies: { left: "1", right: "2" } });
    expect([declared, info.name, info.params]).toEqual([false, "x", null]);
    expect(parse({ auxbus: false }).declared).toBe(false);
  });

  test("everything that can be said", () => {
    const auxbus = {
      module: "scope",
      aliases: ["auxiliary:lab.*"],
      softdep: { pre: ["a-b"], post: ["c"] },
      params: { rate: { type: "uint", default: 5, description: "Samples a second.", writable: true } },
      isolation: "process",
    };
    const { info, dependencies } = parse({ name: "x", auxbus, dependencies: { auxbus: "1" }, exports: "./main.js" });
    const { module: name, ...rest } = auxbus;
    expect(info).toMatchObject({
      ...rest,
      name,
      softdep: { pre: ["a_b"], post: ["c"] },
      entry: "./main.js",
    });
    expect(dependencies).toEqual(["auxbus"]);
  });

  test.each([
    [{ ".": { source: "./src.ts", types: "./x.d.ts", default: "./x.js" } }, "./x.js"],
    [{ ".": { import: { types: "./x.d.ts", node: "./x.js" }, default: "./y.js" } }, "./x.js"],
    [{ import: "./x.js", require: "./y.cjs" }, "./x.js"],
    [{ "./package.json": "./package.json" }, null],
  ])("the entry is what Node would import: %j", (exports, entry) => {
    expect(parse({ exports }).info.entry).toBe(entry);
  });

  test.each([
    ["{", /^EINVAL: \/x\/package\.json is no JSON/],
    ["[]", /holds no object/],
    [{ auxbus: 5 }, /\/x\/package\.json: auxbus: /],
    [{ auxbus: { aliases: "pci:*" } }, /auxbus\.aliases: .*array/],
    [{ auxbus: { aliases: [""] } }, /auxbus\.aliases\.0: /],
    [{ auxbus: { isolation: "moon" } }, /auxbus\.isolation: .*"none","worker","process"|auxbus\.isolation: /],
    [{ auxbus: { module: "with space" } }, /auxbus\.module: /],
    [{ auxbus: { colour: "red" } }, /auxbus\.?(colour)?: /],
    [{ auxbus: { params: { rate: { type: "float" } } } }, /auxbus\.params\.rate\.type: /],
    [{ auxbus: { params: { rate: {} } } }, /auxbus\.params\.rate: .*type/],
    [{ auxbus: { params: { rate: { type: "uint", default: -1 } } } }, /auxbus\.params\.rate\.default: -1 is no uint/],
    [
      { auxbus: { params: { rate: { type: "bool", default: "yes" } } } },
      /auxbus\.params\.rate\.default: "yes" is no bool/,
    ],
    [{ auxbus: { softdep: { before: [] } } }, /auxbus\.softdep(\.before)?: /],
  ])("%j is refused, with file and field", (manifest, message) => {
    expect(() => parse(manifest)).toThrow(message);
  });
});
