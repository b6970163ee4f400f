import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GivenConfig, Host, loadConfig, parseConfig } from "@auxbus/host";
import { ModuleIndex } from "@auxbus/modules";
import { expect, onTestFinished, test } from "vitest";
import { Shelf, told } from "../modules/shelf.ts";
import { tempFolder } from "../temp-folder.ts";

async function complaint(text: string): Promise<string> {
  const file = join(tempFolder({ "c.json": text }), "c.json");
  return loadConfig(file).then(
    () => "ok",
    (error: unknown) => (error instanceof Error ? error.message.replaceAll(file, "c.json") : String(error)),
  );
}

test("a wrong configuration is told with its line, its key and what is expected", async () => {
  const cases: Record<string, string> = {
    "{}": "ok",
    '// all has a default\n{ "modules": ["a",], }': "ok",
    "": "EINVAL: c.json:1: no JSON: it is empty",
    '{\n  "modules": ["a"\n  "name": 1\n}': "EINVAL: c.json:3: no JSON: CommaExpected",
    "[]": "EINVAL: c.json:1: Invalid input: expected object, received array",
    '{\n  "modules": "snd_sof"\n}': "EINVAL: c.json:2: modules: Invalid input: expected array, received string",
    '{\n  "modules": [\n    "a",\n    7\n  ]\n}':
      "EINVAL: c.json:4: modules.1: Invalid input: expected string, received number",
    '{\n\n  "module": []\n}':
      "EINVAL: c.json:3: module: there is no such key; there are $schema, name, state, modules, options, blacklist, autoload, isolation, limits, crash, listen, journal",
    '{ "listen": {\n "htpp": false } }':
      "EINVAL: c.json:2: listen.htpp: there is no such key; there are socket, socketRole, http, rate, connections",
    '{ "isolation": {\n "a": "moon" } }':
      'EINVAL: c.json:2: isolation.a: Invalid option: expected one of "none"|"worker"|"process"',
    '{ "name": "../x" }': "EINVAL: c.json:1: name: a name has letters, digits, _, . and -",
    '{ "journal": { "entries": 1 } }': "EINVAL: c.json:1: journal.entries: Too small: expected number to be >=100",
    '{ "name": 1,\n "autoload": "yes" }':
      "EINVAL: c.json:1: name: Invalid input: expected string, received number\n" +
      "c.json:2: autoload: Invalid input: expected boolean, received string",
  };
  for (const [text, expected] of Object.entries(cases)) expect(await complaint(text), text).toBe(expected);
  await expect(loadConfig("/nowhere/c.json")).rejects.toThrow(/^ENOENT: cannot read \/nowhere\/c.json/);
});

test("paths are from the file's folder; a configuration can be TypeScript", async () => {
  const folder = tempFolder({
    "a.json": '{ "state": "var", "listen": { "socket": "run/a.sock" } }',
    "b.config.ts":
      'const names: readonly string[] = ["x"];\nexport default { modules: [...names], name: "b" } satisfies object;\n',
    "c.config.ts": "export default { name: 5 };\n",
    "d.config.ts": "export default {;\n",
  });
  expect(await loadConfig(join(folder, "a.json"))).toMatchObject({
    state: join(folder, "var"),
    listen: { socket: join(folder, "run/a.sock") },
  });
  expect(await loadConfig(join(folder, "b.config.ts"))).toMatchObject({ modules: ["x"], name: "b" });
  await expect(loadConfig(join(folder, "c.config.ts"))).rejects.toThrow("name: Invalid input: expected string");
  await expect(loadConfig(join(folder, "d.config.ts"))).rejects.toThrow(/^EINVAL: .*d.config.ts: /);
});

test("the JSON schema that is shipped is that of the configuration", async () => {
  const { configSchema } = await import("@auxbus/host");
  const file = join(import.meta.dirname, "../../packages/host/schema/auxbus.config.schema.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(configSchema());
});

test("reload takes up what has changed, and leaves the rest alone", async () => {
  const shelf = new Shelf(
    {
      name: "stays",
      auxbus: { params: { level: { type: "int", default: 1, writable: true }, fixed: { type: "int", default: 1 } } },
    },
    { name: "goes" },
    { name: "comes" },
  );
  let config: GivenConfig = { modules: ["stays", "goes"], listen: { http: { port: 0 } } };
  const host = await Host.start({
    config: parseConfig(config),
    state: null,
    socket: null,
    depmod: () => ModuleIndex.depmod([shelf.folder]),
    reloadConfig: async () => parseConfig(config),
  });
  onTestFinished(() => host.stop());
  await host.ready();
  const { url } = host;
  told.splice(0);

  config = { ...config, modules: ["stays", "comes"], options: { stays: { level: 5 } }, blacklist: ["goes"] };
  await host.reload();
  expect(told.splice(0)).toEqual(["exit goes", "stays.level=5", "init comes"]);
  expect([host.url, host.problems]).toEqual([url, []]);
  expect(host.modules.blacklisted("goes")).toBe(true);

  config = {
    ...config,
    options: { stays: { level: 5, fixed: 2 } },
    journal: { entries: 1000 },
    listen: { http: false },
  };
  await host.reload();
  expect(told.splice(0)).toEqual([]);
  expect(host.url).toBeNull();
  expect(host.problems).toEqual([
    "journal has changed: that holds after a restart of the host",
    expect.stringContaining("parameter fixed of module stays can only be given when it is loaded"),
  ]);

  config = { modules: ["x"], name: "../.." };
  await expect(host.reload()).rejects.toThrow("name: a name has letters");
  expect(host.modules.lsmod().map(({ name }) => name)).toEqual(["stays", "comes"]);
});

test("a host without configuration file cannot reload it", async () => {
  writeFileSync(join(tempFolder(), "x"), "");
  const host = await Host.start({
    config: parseConfig({}),
    state: null,
    socket: null,
    depmod: () => ModuleIndex.depmod([tempFolder()]),
  });
  onTestFinished(() => host.stop());
  await expect(host.reload()).rejects.toThrow("EOPNOTSUPP: this host has no configuration file");
});
