import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { tempFolder } from "../../../../test/temp-folder.ts";
import { UsageError } from "../exit-code.ts";
import { findModule } from "./module-source.ts";

const manifest = (value: object): string => JSON.stringify(value);
const urlOf = (...parts: string[]): string => pathToFileURL(join(...parts)).href;

describe("findModule", () => {
  test("a path is a file or a package's folder", async () => {
    const cwd = tempFolder({
      "my-driver.js": "",
      "folder/package.json": manifest({ name: "@acme/gateway", main: "lib.js" }),
      "nameless/package.json": manifest({}),
    });
    expect(await findModule("./my-driver.js", cwd)).toEqual({
      name: "my-driver",
      url: urlOf(cwd, "my-driver.js"),
      mayBeLibrary: false,
    });
    expect(await findModule("my-driver.js", cwd)).toEqual({
      name: "my-driver",
      url: urlOf(cwd, "my-driver.js"),
      mayBeLibrary: false,
    });
    expect(await findModule("./folder", cwd)).toMatchObject({
      name: "gateway",
      url: urlOf(cwd, "folder/lib.js"),
      mayBeLibrary: true,
    });
    expect(await findModule("..", join(cwd, "folder/x"))).toMatchObject({ name: "gateway" });
    expect(await findModule("./nameless", cwd)).toMatchObject({
      name: "nameless",
      url: urlOf(cwd, "nameless/index.js"),
      mayBeLibrary: true,
    });
  });

  test("a name is a package, or one of @auxbus, here or in a folder above", async () => {
    const root = tempFolder({
      "node_modules/@auxbus/snd_sof/package.json": manifest({ name: "@auxbus/snd_sof", exports: "./sof.js" }),
      "node_modules/gateway/package.json": manifest({ name: "gateway", exports: { ".": "./gw.js" } }),
      "node_modules/@acme/hub/package.json": manifest({ name: "@acme/hub" }),
      "deep/down/here.txt": "",
    });
    const cwd = join(root, "deep/down");
    const modules = join(root, "node_modules");
    expect(await findModule("snd_sof", cwd)).toMatchObject({
      name: "snd_sof",
      url: urlOf(modules, "@auxbus/snd_sof/sof.js"),
      mayBeLibrary: true,
    });
    expect(await findModule("@auxbus/snd_sof", cwd)).toMatchObject({ name: "snd_sof" });
    expect(await findModule("gateway", cwd)).toMatchObject({
      name: "gateway",
      url: urlOf(modules, "gateway/gw.js"),
      mayBeLibrary: true,
    });
    expect(await findModule("@acme/hub", cwd)).toMatchObject({
      name: "hub",
      url: urlOf(modules, "@acme/hub/index.js"),
      mayBeLibrary: true,
    });
  });

  test("the user's folder comes before auxctl's own", async () => {
    const cwd = tempFolder({ "node_modules/@auxbus/sound/package.json": manifest({ exports: "./theirs.js" }) });
    const own = tempFolder({
      "node_modules/@auxbus/sound/package.json": manifest({ exports: "./ours.js" }),
      "node_modules/@auxbus/mlx5_core/package.json": manifest({ exports: "./ours.js" }),
    });
    expect((await findModule("sound", cwd, own)).url).toMatch(/theirs\.js$/);
    expect((await findModule("mlx5_core", cwd, own)).url).toMatch(/ours\.js$/);
  });

  test.each([
    [{ ".": { source: "./src.ts", types: "./x.d.ts", default: "./x.js" } }, "x.js"],
    [{ ".": { import: { types: "./x.d.ts", node: "./x.js" }, default: "./y.js" } }, "x.js"],
    [{ import: "./x.js", require: "./y.cjs" }, "x.js"],
  ])("takes the entry that Node would import: %j", async (exports, file) => {
    const cwd = tempFolder({ "p/package.json": manifest({ name: "p", exports }) });
    expect((await findModule("./p", cwd)).url).toBe(urlOf(cwd, "p", file));
  });

  test("a package that exports nothing is no module", async () => {
    const cwd = tempFolder({
      "p/package.json": manifest({ name: "p", exports: { "./package.json": "./package.json" } }),
    });
    await expect(findModule("./p", cwd)).rejects.toThrow(/package p in .* exports nothing that could be imported/);
  });

  test("what is not there is told with the places that were searched", async () => {
    const cwd = tempFolder();
    await expect(findModule("@acme/hub", cwd)).rejects.toThrow(UsageError);
    await expect(findModule("@acme/hub", cwd)).rejects.toThrow(
      `no package @acme/hub in a node_modules folder of ${cwd} or above`,
    );
    await expect(findModule("./folder", cwd)).rejects.toThrow("module ./folder not found");
  });
});
