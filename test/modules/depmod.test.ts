import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findModule, ModuleIndex } from "@auxbus/modules";
import { tempFolder } from "../temp-folder.ts";
import { Shelf } from "./shelf.ts";

const manifest = (value: object): string => JSON.stringify(value);

let caches: string;

beforeEach(() => {
  caches = tempFolder();
  vi.stubEnv("XDG_CACHE_HOME", caches);
});

afterEach(() => void vi.unstubAllEnvs());

describe("what is found", () => {
  test("packages here and above, scoped ones, linked ones, and the folder itself", async () => {
    const root = tempFolder({
      "node_modules/plain/package.json": manifest({ name: "plain", auxbus: true }),
      "node_modules/no-module/package.json": manifest({ name: "no-module" }),
      "node_modules/@acme/hub/package.json": manifest({ name: "@acme/hub", auxbus: { aliases: ["auxiliary:hub.*"] } }),
      "node_modules/.bin/package.json": manifest({ name: "bin", auxbus: true }),
      "packages/linked/package.json": manifest({ name: "linked", auxbus: true, dependencies: { "@acme/hub": "1" } }),
      "app/package.json": manifest({ name: "app", auxbus: true }),
      "app/node_modules/near/package.json": manifest({ name: "near", auxbus: true }),
    });
    symlinkSync(join(root, "packages/linked"), join(root, "node_modules/linked"));
    const index = await ModuleIndex.depmod([join(root, "app")]);
    expect([...index.modules.keys()]).toEqual(["app", "hub", "linked", "near", "plain"]);
    expect(index.find("linked")).toMatchObject({ folder: join(root, "packages/linked"), depends: ["hub"] });
    expect(index.resolve("auxiliary:hub.x")).toEqual(["hub"]);
    expect(index.problems).toEqual([]);
  });

  test("dependencies of every kind are hard ones, if they are modules and there", async () => {
    const root = tempFolder({
      "package.json": manifest({
        name: "driver",
        auxbus: true,
        dependencies: { a: "1", "left-pad": "1" },
        peerDependencies: { b: "1", a: "1" },
        optionalDependencies: { c: "1", nowhere: "1" },
        devDependencies: { d: "1" },
      }),
      ...Object.fromEntries(
        ["a", "b", "c", "d"].map((name) => [`node_modules/${name}/package.json`, manifest({ name, auxbus: true })]),
      ),
      "node_modules/left-pad/package.json": manifest({ name: "left-pad" }),
    });
    expect((await ModuleIndex.depmod([root])).find("driver")?.depends).toEqual(["a", "b", "c"]);
  });

  test("npm's workspaces, even before they are installed", async () => {
    const root = tempFolder({
      "package.json": manifest({
        name: "root",
        workspaces: ["packages/*", "./tools/deep/**", "lib-?.*", "one", "!packages/not"],
      }),
      "packages/a/package.json": manifest({ name: "a", auxbus: true }),
      "packages/not/package.json": manifest({ name: "not", auxbus: true }),
      "packages/empty/readme": "",
      "tools/deep/er/b/package.json": manifest({ name: "b", auxbus: true, dependencies: { a: "*" } }),
      "lib-1.x/package.json": manifest({ name: "lib", auxbus: true }),
      "lib-12x/package.json": manifest({ name: "other", auxbus: true }),
      "one/package.json": manifest({ name: "c", auxbus: true }),
    });
    const index = await ModuleIndex.depmod([join(root, "packages/a")]);
    expect([...index.modules.keys()]).toEqual(["a", "b", "c", "lib"]);
    expect(index.find("b")?.depends).toEqual(["a"]);
    mkdirSync(join(root, "packages/new"));
    writeFileSync(join(root, "packages/new/package.json"), manifest({ name: "new", auxbus: true }));
    expect((await ModuleIndex.depmod([join(root, "packages/a")])).find("new")).toBeDefined();
  });

  test("of two with one name the nearer one counts, and the other is reported", async () => {
    const root = tempFolder({
      "node_modules/a/package.json": manifest({ name: "a", version: "1.0.0", auxbus: true }),
      "app/node_modules/a/package.json": manifest({ name: "a", version: "2.0.0", auxbus: true }),
      "app/node_modules/b/package.json": manifest({ name: "b", auxbus: { module: "a" } }),
    });
    const index = await ModuleIndex.depmod([join(root, "app")]);
    expect(index.find("a")?.version).toBe("2.0.0");
    const near = join(root, "app/node_modules/a");
    expect(index.problems).toEqual([
      `module a: ${join(root, "app/node_modules/b")} (b) is hidden by ${near}`,
      `module a: ${join(root, "node_modules/a")} (a) is hidden by ${near}`,
    ]);
  });

  test("a bad manifest is reported and left out", async () => {
    const { folder } = new Shelf({ name: "good" }, { name: "bad", auxbus: 5 });
    const index = await ModuleIndex.depmod([folder]);
    expect(index.find("bad")).toBeUndefined();
    expect(index.find("good")).toBeDefined();
    expect(index.problems).toEqual([expect.stringMatching(/bad\/package\.json: auxbus: expected an object, not 5$/)]);
  });

  test("aliases from elsewhere come after those of the packages", async () => {
    const { folder } = new Shelf({ name: "card", auxbus: { aliases: ["pci:v1*"] } });
    const index = await ModuleIndex.depmod([folder], { aliases: [{ alias: "pci:v*", module: "generic" }] });
    expect(index.resolve("pci:v12")).toEqual(["card", "generic"]);
  });

  test("a path adds to an index, and leaves the rest of it, foreign aliases included", async () => {
    const shelf = new Shelf({ name: "a" });
    const aliases = [{ alias: "usb:v1*", module: "usb_storage" }];
    const index = await ModuleIndex.depmod([shelf.folder], { aliases });
    writeFileSync(join(shelf.folder, "my-driver.js"), "");
    const more = index.with(await findModule("./my-driver.js", index, [shelf.folder]));
    expect([...more.modules.keys()]).toEqual(["a", "my_driver"]);
    expect(more.resolve("usb:v1p2")).toEqual(["usb_storage"]);
  });
});

describe("what is kept", () => {
  const again = async (folder: string): Promise<boolean> => (await ModuleIndex.depmod([folder])).cached;

  /** As if some time had gone by: a file system may count in ticks. */
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };

  test("serves until something changes", async () => {
    const shelf = new Shelf({ name: "a" }, { name: "@s/b" });
    const first = await shelf.index();
    expect(first).toMatchObject({ cached: false });
    expect(first.file).toContain(join(shelf.folder, "node_modules/.cache/auxbus"));
    expect(readdirSync(dirname(first.file ?? "")), "nothing half written").toHaveLength(1);
    const kept = await shelf.index();
    expect(kept.cached).toBe(true);
    expect([...kept.modules]).toEqual([...first.modules]);

    const changes: Readonly<Record<string, () => void>> = {
      "a package comes": () => shelf.put({ name: "c" }),
      "a scoped one comes": () => shelf.put({ name: "@s/d" }),
      "a manifest changes": () => shelf.put({ name: "a", version: "1.0.1" }),
      "a package goes": () => rmSync(join(shelf.folder, "node_modules/c"), { recursive: true }),
      "a folder above gets packages": () =>
        write(join(shelf.folder, "package.json"), '{ "name": "app", "auxbus": true }'),
    };
    for (const [what, change] of Object.entries(changes)) {
      change();
      expect(await again(shelf.folder), what).toBe(false);
      expect(await again(shelf.folder), `after: ${what}`).toBe(true);
    }
    expect((await ModuleIndex.depmod([shelf.folder], { force: true })).cached, "--force").toBe(false);
  });

  test("a manifest that was bad is looked at again when it is mended", async () => {
    const shelf = new Shelf({ name: "a", auxbus: 5 });
    expect((await shelf.index()).find("a")).toBeUndefined();
    expect(await again(shelf.folder)).toBe(true);
    shelf.put({ name: "a" });
    expect((await shelf.index()).find("a")).toBeDefined();
  });

  test("a linked package, as workspaces are, may become a module", async () => {
    const root = tempFolder({ "packages/a/package.json": manifest({ name: "a" }) });
    mkdirSync(join(root, "node_modules"));
    symlinkSync(join(root, "packages/a"), join(root, "node_modules/a"));
    expect((await ModuleIndex.depmod([root])).find("a")).toBeUndefined();
    writeFileSync(join(root, "packages/a/package.json"), manifest({ name: "a", auxbus: true }));
    expect((await ModuleIndex.depmod([root])).find("a")).toBeDefined();
  });

  test("another version of the same size and date is another", async () => {
    const shelf = new Shelf({ name: "a" });
    const file = join(shelf.folder, "node_modules/a/package.json");
    // npm gives every file that it unpacks the same date.
    const npmDate = new Date("1985-10-26T08:15:00Z");
    utimesSync(file, npmDate, npmDate);
    await shelf.index();
    shelf.put({ name: "a", version: "2.0.0" });
    utimesSync(file, npmDate, npmDate);
    expect((await shelf.index()).find("a")?.version).toBe("2.0.0");
  });

  test.each<[string, (kept: Record<string, unknown>, module: Record<string, unknown>) => void]>([
    ["another layout", (kept) => (kept["layout"] = 0)],
    ["other folders", (kept) => (kept["starts"] = ["/"])],
    ["no list of modules", (kept) => (kept["modules"] = {})],
    ["no softdep", (_, module) => delete module["softdep"]],
    ["no aliases", (_, module) => delete module["aliases"]],
    ["no isolation", (_, module) => delete module["isolation"]],
    ["no parameters", (_, module) => delete module["params"]],
    ["bad parameters", (_, module) => (module["params"] = { x: { type: "moon" } })],
    ["a bad name", (_, module) => (module["name"] = "../x")],
    ["a bad entry", (_, module) => (module["entry"] = 5)],
    ["bad dependencies", (_, module) => (module["depends"] = [5])],
    ["no version", (_, module) => delete module["version"]],
    ["a bad stamp", (kept) => (kept["seen"] = [["/x", 1]])],
    ["a bad problem", (kept) => (kept["problems"] = [5])],
  ])("is not believed with %s", async (_what, spoil) => {
    const shelf = new Shelf({ name: "a", auxbus: { aliases: ["x:*"] } });
    const { file } = await shelf.index();
    const kept = JSON.parse(readFileSync(file ?? "", "utf8"));
    spoil(kept, kept.modules[0]);
    writeFileSync(file ?? "", JSON.stringify(kept));
    const index = await shelf.index();
    expect(index.cached).toBe(false);
    expect(index.resolve("x:y")).toEqual(["a"]);
  });

  test.each(["", "{", "null", "[]", "{}", '"x"'])("is not believed when it is %j", async (text) => {
    const shelf = new Shelf({ name: "a" });
    const { file } = await shelf.index();
    writeFileSync(file ?? "", text);
    expect((await shelf.index()).find("a")).toBeDefined();
  });

  test("goes to the user's caches where there are no packages, and nowhere if it must", async () => {
    const folder = tempFolder({ "package.json": manifest({ name: "app", auxbus: true }) });
    expect((await ModuleIndex.depmod([folder])).file).toContain(caches);
    expect(await again(folder)).toBe(true);
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "package.json/nowhere"));
    const index = await ModuleIndex.depmod([folder]);
    expect(index).toMatchObject({ file: null, cached: false });
    expect(index.find("app")).toBeDefined();
  });

  test("a file that cannot be written is no reason to fail", async () => {
    const shelf = new Shelf({ name: "a" });
    const { file } = await shelf.index();
    rmSync(file ?? "");
    // Nothing can be put in the place of a folder.
    mkdirSync(join(file ?? "", "x"), { recursive: true });
    const index = await shelf.index();
    expect(index.find("a")).toBeDefined();
    expect(index.file).toBeNull();
    chmodSync(file ?? "", 0o700);
  });

  test("many at once write it whole", async () => {
    const shelf = new Shelf({ name: "a" }, { name: "b" });
    const all = await Promise.all(
      Array.from({ length: 20 }, () => ModuleIndex.depmod([shelf.folder], { force: true })),
    );
    expect(all.every((index) => index.modules.size >= 2)).toBe(true);
    expect(await again(shelf.folder)).toBe(true);
    expect(readdirSync(dirname(all[0]?.file ?? ""))).toHaveLength(1);
  });
});
