import { describe, expect, test } from "vitest";
import { parseManifest } from "./manifest.ts";

const parse = (manifest: unknown): ReturnType<typeof parseManifest> =>
  parseManifest(typeof manifest === "string" ? manifest : JSON.stringify(manifest), "/x/package.json", "/x");

describe("parseManifest", () => {
  test("what is left out has the defaults of the documentation", () => {
    expect(parse({ name: "@acme/lab-scope", version: "1.2.3", auxbus: true })).toEqual({
      declared: true,
      dependencies: [],
      workspaces: [],
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
    [5, ": expected an object, not 5"],
    [null, ": expected an object, not null"],
    [{ colour: 1 }, ".colour: there is no such field; there are module, aliases, softdep, params, isolation"],
    [
      { module: "a b" },
      '.module: expected a name of at most 55 letters, digits and _; left out, it is the last part of the package\'s name, with _ for -, not "a b"',
    ],
    [{ aliases: "x" }, '.aliases: expected a list, not "x"'],
    [{ aliases: ["a", 1] }, ".aliases.1: expected a text, not 1"],
    [
      { aliases: [""] },
      '.aliases.0: expected a modalias such as auxiliary:mlx5_core.rdma, with the kernel\'s wildcards * ? [...], not ""',
    ],
    [{ softdep: { before: [] } }, ".softdep.before: there is no such field; there are pre, post"],
    [{ softdep: { pre: "x" } }, '.softdep.pre: expected a list, not "x"'],
    [{ isolation: "moon" }, '.isolation: expected one of none, worker, process, not "moon"'],
    [{ params: { a: {} } }, ".params.a: expected type in it"],
    [{ params: { a: "int" } }, '.params.a: expected an object, not "int"'],
    [
      { params: { "a-b": { type: "int" } } },
      ".params.a-b: the name of a parameter has letters, digits and _, and no digit first",
    ],
    [
      { params: { a: { type: "float" } } },
      '.params.a.type: expected one of bool, int, uint, number, string, not "float"',
    ],
    [
      { params: { a: { type: "int", writeable: true } } },
      ".params.a.writeable: there is no such field; there are type, default, description, writable",
    ],
    [{ params: { a: { type: "int", default: "x" } } }, '.params.a.default: expected an int, not "x"'],
    [{ params: { a: { type: "uint", default: 2 ** 32 } } }, ".params.a.default: expected a uint, not 4294967296"],
  ])("%j is told by file, place and what is expected", (auxbus, message) => {
    expect(() => parse({ auxbus })).toThrow(
      expect.objectContaining({ code: "EINVAL", message: `EINVAL: /x/package.json: auxbus${message}` }),
    );
  });

  test.each([
    ["{", /^EINVAL: \/x\/package\.json is no JSON/],
    ["[]", /holds no object/],
  ])("%j is refused", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
