import { expect, test } from "vitest";
import { readManifest } from "@auxbus/modules";
import { tempFolder } from "../temp-folder.ts";

const read = (manifest: object): ReturnType<typeof readManifest> =>
  readManifest(tempFolder({ "package.json": JSON.stringify(manifest) }));

test("nothing is required: the name is the last part of the package's", async () => {
  expect(await read({ name: "@acme/lab-scope.js", auxbus: true })).toMatchObject({
    declared: true,
    info: {
      name: "lab_scope_js",
      packageName: "@acme/lab-scope.js",
      entry: "index.js",
      aliases: [],
      softdep: { pre: [], post: [] },
      params: {},
      isolation: "none",
    },
  });
  expect(await read({ name: "x", auxbus: {} })).toMatchObject({ declared: true });
  expect(await read({ name: "x" })).toMatchObject({ declared: false, info: { params: null } });
  expect(await readManifest(tempFolder()), "no package.json").toBeUndefined();
});

test.each([
  [{ ".": { source: "./src.ts", types: "./x.d.ts", default: "./x.js" } }, "./x.js"],
  [{ ".": { import: { types: "./x.d.ts", node: "./x.js" }, default: "./y.js" } }, "./x.js"],
  [{ import: "./x.js", require: "./y.cjs" }, "./x.js"],
  [{ "./package.json": "./package.json" }, null],
])("takes the entry that Node would import: %j", async (exports, entry) => {
  expect((await read({ name: "p", exports }))?.info.entry).toBe(entry);
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
])("%j is told by file, place and what is expected", async (auxbus, message) => {
  const folder = tempFolder({ "package.json": JSON.stringify({ name: "x", auxbus }) });
  await expect(readManifest(folder)).rejects.toMatchObject({
    code: "EINVAL",
    message: `EINVAL: ${folder}/package.json: auxbus${message}`,
  });
});

test.each([
  ["{", /package\.json is no JSON/],
  ["[]", /package\.json holds no object/],
])("a package.json with %j is told by its name", async (text, message) => {
  await expect(readManifest(tempFolder({ "package.json": text }))).rejects.toThrow(message);
});
