import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { runProgram } from "../packages/auxctl/src/program.ts";
import { auxctl, FakeIo } from "./fake-io.ts";
import { tempFolder } from "./temp-folder.ts";

const NIC = `
let nic, devices = [];
export async function init({ core, module, params }) {
  nic = core.addRootDevice("nic0", { owner: module });
  for (const name of (params.functions ?? "eth,rdma").split(","))
    devices.push(await core.auxiliary.create(nic, { module, name }));
}
export async function exit() {
  for (const device of devices.splice(0).reverse()) await device.destroy();
  await nic.destroy();
}
`;
const ETH = `export const driver = { name: "eth", idTable: [{ name: "nic.eth" }], probe() {} };`;
const RDMA = `
export const driver = {
  name: "rdma", idTable: [{ name: "nic.rdma" }],
  probe() { throw Object.assign(new Error("waiting for firmware"), { code: "EPROBE_DEFER" }); },
};
`;
const files = { "package.json": `{"type":"module"}`, "nic.js": NIC, "eth.js": ETH, "rdma.js": RDMA };

describe("auxctl run", () => {
  test("--once prints the tree and takes everything down again", async () => {
    const { code, stdout, stderr } = await auxctl(["run", "--once", "./nic.js", "./eth.js", "./rdma.js"], {
      cwd: tempFolder(files),
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(
      [
        "DEVICE         STATE     DRIVER   MODULE",
        "nic0",
        "├─ nic.eth.0   bound     eth.eth  eth",
        "└─ nic.rdma.0  deferred  waiting for firmware",
        "",
        "2 devices (1 bound, 1 deferred), 2 drivers (without device: rdma.rdma)",
        "",
      ].join("\n"),
    );
    expect(code).toBe(0);
  });

  test("watches uevents until Ctrl-C, then shuts down in order", async () => {
    const io = new FakeIo({ cwd: tempFolder(files), tty: true, env: { NO_COLOR: "1", LANG: "en_US.UTF-8" } });
    const watching = io.wrote("watching uevents");
    const ended = runProgram(["run", "./nic.js", "./eth.js"], io);
    await watching;
    const before = io.stdout;
    expect(before).toContain("nic.eth.0   bound");
    expect(before).not.toContain("[");

    io.interrupt("SIGINT");
    expect(await ended).toBe(0);
    const events = io.stdout.slice(before.length).trimEnd().split("\n");
    expect(events.map((line) => line.replace(/^\[ *\d+\.\d{6}\] /, ""))).toEqual([
      "unbind  /devices/nic0/nic.eth.0",
      "remove  /bus/auxiliary/drivers/eth.eth",
      "remove  /devices/nic0/nic.rdma.0",
      "remove  /devices/nic0/nic.eth.0",
      "remove  /devices/nic0",
    ]);
    expect(io.stderr).toContain("shutting down; Ctrl-C again ends at once");
    expect(io.exits).toEqual([]);
    expect(io.held).toBe(0);
  });

  test("Enter prints the tree again", async () => {
    const io = new FakeIo({ cwd: tempFolder(files), tty: true, env: { NO_COLOR: "1" } });
    const watching = io.wrote("watching uevents");
    const ended = runProgram(["run", "./nic.js"], io);
    await watching;
    const first = io.stdout;
    const again = io.wrote(first + first);
    io.pressEnter();
    await again;
    io.interrupt("SIGTERM");
    expect(await ended).toBe(0);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("a second %s ends at once with %i", async (signal, code) => {
    // The module of the first case stays imported, so each has a folder, and an event, of its own.
    const stubborn = `export function init() {}
export const exit = () => new Promise((resolve) => process.emit("${signal} exiting", resolve));`;
    const exiting = once(process, `${signal} exiting`);
    const io = new FakeIo({ cwd: tempFolder({ ...files, "stubborn.js": stubborn }), tty: true });
    const watching = io.wrote("watching uevents");
    const ended = runProgram(["run", "./stubborn.js"], io);
    await watching;
    io.interrupt(signal);
    const [letGo] = await exiting;
    expect(io.exits).toEqual([]);
    io.interrupt(signal);
    expect(io.exits).toEqual([code]);
    letGo();
    await ended;
  });

  test("--verbose tells what happens while loading, and all of the log", async () => {
    const { stdout, stderr } = await auxctl(["run", "--once", "--verbose", "./nic.js", "./eth.js"], {
      cwd: tempFolder(files),
    });
    expect(stderr).toContain("module nic loaded\nmodule eth loaded\n");
    expect(stderr.trimEnd().endsWith("module eth unloaded\nmodule nic unloaded")).toBe(true);
    expect(stdout).toContain("nic.eth.0");
  });

  test("draws with ASCII where the locale has nothing else", async () => {
    const { stdout } = await auxctl(["run", "--once", "./nic.js"], { cwd: tempFolder(files), env: { LC_ALL: "C" } });
    expect(stdout).toContain("|- nic.eth.0   unbound  no registered driver matches auxiliary:nic.eth\n`- nic.rdma.0");
  });

  test("a package may be a library, with nothing to start", async () => {
    const library = {
      "node_modules/lib/package.json": `{"name":"lib","exports":"./lib.mjs"}`,
      "node_modules/lib/lib.mjs": "",
    };
    const { code, stderr } = await auxctl(["run", "-1", "-v", "lib"], { cwd: tempFolder(library) });
    expect(stderr).toBe("module lib loaded\nmodule lib unloaded\n");
    expect(code).toBe(0);
  });

  test("hands parameters to their module", async () => {
    const { stdout } = await auxctl(["run", "-1", "./nic.js", "-p", "nic.functions=a=b,c"], { cwd: tempFolder(files) });
    expect(stdout).toContain("nic.a=b.0");
    expect(stdout).toContain("nic.c.0");
  });

  test("--json prints records of the documented schema", async () => {
    const cwd = tempFolder(files);
    const io = new FakeIo({ cwd });
    const tree = io.wrote('"type":"tree"');
    const ended = runProgram(["run", "--json", "./nic.js", "./eth.js"], io);
    await tree;
    await new Promise((resolve) => void setImmediate(resolve));
    io.interrupt("SIGINT");
    expect(await ended).toBe(0);
    const records: { type: string; [key: string]: unknown }[] = io.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const of = (type: string) => records.filter((record) => record.type === type);
    expect(records[0]).toEqual({ type: "auxctl", schema: 1 });
    expect(of("module")).toEqual([
      { type: "module", name: "nic", state: "loaded" },
      { type: "module", name: "eth", state: "loaded" },
      { type: "module", name: "eth", state: "unloaded" },
      { type: "module", name: "nic", state: "unloaded" },
    ]);
    expect(of("tree")).toEqual([
      {
        type: "tree",
        seqnum: expect.any(Number),
        buses: [{ name: "auxiliary", autoprobe: true }],
        devices: [
          expect.objectContaining({ path: "/devices/nic0", parent: null, bus: null }),
          expect.objectContaining({
            name: "nic.eth.0",
            state: "bound",
            driver: "eth.eth",
            module: "eth",
            reason: null,
          }),
          expect.objectContaining({
            name: "nic.rdma.0",
            state: "unbound",
            reason: "no registered driver matches auxiliary:nic.rdma",
          }),
        ],
        drivers: [{ bus: "auxiliary", name: "eth.eth", module: "eth", devices: ["/devices/nic0/nic.eth.0"] }],
        links: [],
      },
    ]);
    expect(of("uevent").map(({ action, devpath }) => `${String(action)} ${String(devpath)}`)).toEqual([
      "add /devices/nic0",
      "add /devices/nic0/nic.eth.0",
      "add /devices/nic0/nic.rdma.0",
      "bind /devices/nic0/nic.eth.0",
      "add /bus/auxiliary/drivers/eth.eth",
      "unbind /devices/nic0/nic.eth.0",
      "remove /bus/auxiliary/drivers/eth.eth",
      "remove /devices/nic0/nic.rdma.0",
      "remove /devices/nic0/nic.eth.0",
      "remove /devices/nic0",
    ]);
    expect(Object.keys(of("uevent")[0] ?? {})).toEqual([
      "type",
      "seqnum",
      "action",
      "devpath",
      "subsystem",
      "env",
      "time",
    ]);
  });

  test("a module that fails to load takes the others down, and the end is 1", async () => {
    const broken = `export function init() { throw new Error("no such hardware"); }`;
    const cwd = tempFolder({ ...files, "broken.js": broken });
    const text = await auxctl(["run", "-v", "./nic.js", "./broken.js"], { cwd });
    expect(text.code).toBe(1);
    expect(text.stderr).toContain("auxctl: Error: cannot load module broken: no such hardware\n");
    expect(text.stderr).toContain("module nic unloaded");
    const json = await auxctl(["run", "--json", "./broken.js"], { cwd });
    expect(json.stdout).toContain('{"type":"error","message":"cannot load module broken: no such hardware"}');
  });

  test("a module that fails in its exit does not keep the others", async () => {
    const failing = `export function init() {}
export function exit() { throw new Error("in use", { cause: 1 }); }`;
    const cwd = tempFolder({ ...files, "failing.js": failing });
    const { code, stderr } = await auxctl(["run", "--once", "-v", "./nic.js", "./failing.js"], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain("module failing failed in its exit: in use");
    expect(stderr).toContain("module nic unloaded");
  });

  test("warnings and errors of the bus go to stderr", async () => {
    const sick = `export const driver = { idTable: [{ name: "nic.eth" }], probe() { throw new Error("sick"); } };`;
    const cwd = tempFolder({ ...files, "sick.js": sick });
    const { stderr } = await auxctl(["run", "--once", "./nic.js", "./sick.js"], { cwd });
    expect(stderr).toMatch(/^\[ +\d+\.\d{6}\] .*nic\.eth\.0: probe with driver sick failed/);
  });

  test.each([
    [["run"], "missing required argument 'module'"],
    [["run", "./nope.js"], "module ./nope.js not found: there is no such file or package folder"],
    [["run", "nope-at-all"], "module nope-at-all not found: it is none of the"],
    [["run", "./nic.js", "./nic.js"], "module nic is named twice"],
    [["run", "./nic.js", "-p", "nic"], "--param nic: expected MODULE.KEY=VALUE"],
    [["run", "./nic.js", "-p", "eth.x=1"], "--param for module eth, which is not installed"],
  ])("%j is a usage error", async (args, message) => {
    const { code, stderr } = await auxctl(args, { cwd: tempFolder(files) });
    expect(stderr).toContain(`auxctl: ${message}`);
    expect(code).toBe(2);
  });

  test.each([
    "export const init = 1;",
    "export const driver = 5;",
    "export function init() {}\nexport const exit = 1;",
  ])("a file with %j is no module", async (text) => {
    const { code, stderr } = await auxctl(["run", "./x.js"], { cwd: tempFolder({ ...files, "x.js": text }) });
    expect(stderr).toContain("auxctl: cannot load module x: EINVAL: x is no module: ");
    expect(code).toBe(1);
  });
});
