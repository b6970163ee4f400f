import { join } from "node:path";
import { findModule, ModuleIndex } from "@auxbus/modules";
import { describe, expect, test } from "vitest";
import { tempFolder } from "../temp-folder.ts";
import { Shelf } from "./shelf.ts";

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
