import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findModule, ModuleIndex } from "@auxbus/modules";
import { describe, expect, test } from "vitest";
import { tempFolder } from "../temp-folder.ts";
import { Shelf } from "./shelf.ts";

describe("depmod", () => {
  test("finds modules here and above, scoped ones and workspaces; the nearer hides the farther", async () => {
    const shelf = new Shelf(
      { name: "card", version: "1.0.0" },
      { name: "@acme/base" },
      { name: "left-pad", auxbus: null },
    );
    const inner = join(shelf.folder, "app/inner");
    mkdirSync(join(inner, "node_modules/card"), { recursive: true });
    writeFileSync(join(inner, "node_modules/card/package.json"), '{"name":"card","version":"2.0.0","auxbus":true}');
    mkdirSync(join(shelf.folder, "work"), { recursive: true });
    writeFileSync(join(shelf.folder, "work/package.json"), '{"name":"@acme/work","auxbus":true}');
    symlinkSync(join(shelf.folder, "work"), join(shelf.folder, "node_modules/@acme/work"));
    writeFileSync(
      join(inner, "package.json"),
      '{"name":"inner-app","auxbus":true,"dependencies":{"card":"*","@acme/base":"*","left-pad":"*"}}',
    );

    const index = await ModuleIndex.depmod([inner]);
    expect([...index.modules.keys()]).toEqual(["base", "card", "inner_app", "work"]);
    expect(index.find("card")?.version).toBe("2.0.0");
    expect(index.find("inner-app")?.depends).toEqual(["card", "base"]);
    expect(index.find("work")?.folder, "the workspace itself").toBe(join(shelf.folder, "work"));
    expect(index.problems).toEqual([expect.stringMatching(/module card: .* is hidden by .*inner\/node_modules\/card/)]);
  });

  test("a bad manifest is reported, and the rest is found", async () => {
    const index = await new Shelf({ name: "good" }, { name: "bad", auxbus: { isolation: 5 } }).index();
    expect([...index.modules.keys()]).toEqual(["good"]);
    expect(index.problems).toEqual([expect.stringMatching(/bad\/package\.json: auxbus\.isolation: /)]);
  });

  test("is kept on disk, and looked at again when a package comes, goes or changes", async () => {
    const shelf = new Shelf({ name: "card", auxbus: { aliases: ["a:*"] } });
    const first = await shelf.index();
    expect(first.cached).toBe(false);
    expect(first.file).toMatch(/node_modules\/\.cache\/auxbus\/modules-[0-9a-f]{16}\.json$/);
    const again = await shelf.index();
    expect([again.cached, again.resolve("a:b"), again.find("card")]).toEqual([true, ["card"], first.find("card")]);

    shelf.put({ name: "second" });
    expect((await shelf.index()).modules.size).toBe(2);
    rmSync(join(shelf.folder, "node_modules/second"), { recursive: true });
    expect((await shelf.index()).modules.size).toBe(1);
    shelf.put({ name: "card", version: "1.0.1", auxbus: { aliases: ["b:*"] } });
    utimesSync(join(shelf.folder, "node_modules/card/package.json"), new Date(), new Date(Date.now() + 5000));
    expect((await shelf.index()).resolve("b:c")).toEqual(["card"]);
    expect((await ModuleIndex.depmod([shelf.folder], { force: true })).cached).toBe(false);
  });

  test.each([
    "{",
    "[]",
    "{}",
    '{"layout":0}',
    '{"layout":1,"starts":"FOLDER","problems":[],"seen":[],"modules":[{"name":"evil","entry":"../../evil.js"}]}',
    '{"layout":1,"starts":"FOLDER","problems":[],"seen":[],"modules":[{"name":5}]}',
  ])("what is on disk is not believed: %s", async (text) => {
    const shelf = new Shelf({ name: "card" });
    const { file } = await shelf.index();
    writeFileSync(file ?? "", text.replace('"FOLDER"', JSON.stringify([shelf.folder])));
    const index = await shelf.index();
    expect([index.cached, [...index.modules.keys()]]).toEqual([false, ["card"]]);
    expect(JSON.parse(readFileSync(file ?? "", "utf8")), "and written anew").toMatchObject({ layout: 1 });
  });

  test("takes aliases from elsewhere, too", async () => {
    const { folder } = new Shelf({ name: "card", auxbus: { aliases: ["pci:v1*"] } });
    const index = await ModuleIndex.depmod([folder], { aliases: [{ alias: "pci:v*", module: "generic" }] });
    expect(index.resolve("pci:v12")).toEqual(["card", "generic"]);
  });
});

describe("findModule", () => {
  test("a path is a file or a package's folder, which need not say that it is a module", async () => {
    const cwd = tempFolder({
      "my-driver.js": "",
      "folder/package.json": '{"name":"@acme/gateway","main":"lib.js","dependencies":{"x":"*"}}',
      "node_modules/x/package.json": '{"name":"x","auxbus":true}',
    });
    const index = await ModuleIndex.depmod([cwd]);
    expect(await findModule("./my-driver.js", index, [cwd])).toMatchObject({
      name: "my_driver",
      entry: "my-driver.js",
      params: null,
    });
    expect(await findModule("my-driver.js", index, [cwd])).toMatchObject({ name: "my_driver" });
    expect(await findModule("./folder", index, [cwd])).toMatchObject({
      name: "gateway",
      entry: "lib.js",
      depends: ["x"],
    });
    expect(await findModule("..", index, [join(cwd, "folder/src")])).toMatchObject({ name: "gateway" });
    await expect(findModule("./nope", index, [cwd])).rejects.toThrow(
      /module \.\/nope not found: there is no such file/,
    );
  });

  test("a name is a module's or a package's, in the first of the folders that has it", async () => {
    const mine = new Shelf({ name: "plain", auxbus: null }, { name: "@acme/card" });
    const other = new Shelf({ name: "@acme/card", version: "9.0.0" }, { name: "far" });
    const starts = [mine.folder, other.folder];
    const index = await ModuleIndex.depmod(starts);
    expect(await findModule("@acme/card", index, starts)).toMatchObject({ name: "card", version: "1.0.0" });
    expect(await findModule("far", index, starts)).toMatchObject({ name: "far" });
    expect(await findModule("plain", index, starts)).toMatchObject({ name: "plain", params: null });
    await expect(findModule("nobody", index, starts)).rejects.toThrow(
      /it is none of the 2 modules .*no package nobody/,
    );
  });
});
