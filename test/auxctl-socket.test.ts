// Where a bus listens, and what must not happen to what is there already.
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSocketServer, type Server } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runProgram } from "../packages/auxctl/src/program.ts";
import { auxctl, FakeIo, type Ran } from "./fake-io.ts";
import { Shelf } from "./modules/shelf.ts";
import { runningBus } from "./running-bus.ts";
import { tempFolder } from "./temp-folder.ts";

async function listening(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  onTestFinished(() => void server.close());
}

test("--socket takes no file away that is no socket", async () => {
  const { folder: cwd } = new Shelf({ name: "base" });
  const file = join(cwd, "thesis.txt");
  writeFileSync(file, "years of work");
  expect(await auxctl(["run", "base", "--socket", file], { cwd })).toMatchObject({
    code: 2,
    stderr: `auxctl: ${file} is there, and is no socket; choose another path\n`,
  });
  expect(readFileSync(file, "utf8")).toBe("years of work");
  expect(await auxctl(["run", "base", "--socket", join(cwd, "nowhere/x.sock")], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/cannot listen on .*nowhere/),
  });
});

test("a socket that is in use is left alone, one that is left over is replaced", async () => {
  const { folder: cwd } = new Shelf({ name: "base" });
  const path = join(tempFolder(), "bus.sock");
  const other = createSocketServer((socket) => socket.end());
  await listening(other, path);
  expect(await auxctl(["run", "base", "--socket", path], { cwd })).toMatchObject({
    code: 2,
    stderr: `auxctl: a host is listening on ${path} already\n`,
  });
});

test.each([
  ["a file", (folder: string) => writeFileSync(folder, "")],
  ["a link to somewhere else", (folder: string) => symlinkSync(tempFolder(), folder)],
])("the folder of the sockets is not taken for one when it is %s", async (_what, make) => {
  const { folder: cwd } = new Shelf({ name: "base" });
  const runtime = tempFolder();
  make(join(runtime, "auxbus"));
  const env = { XDG_RUNTIME_DIR: runtime };
  const message = /auxbus is not a folder of yours, so no socket is put there; set XDG_RUNTIME_DIR/;
  expect(await auxctl(["run", "base"], { cwd, env })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(message),
  });
});

test("the folder of the sockets is closed to others, and nothing in one of somebody else's is asked", async () => {
  const runtime = tempFolder();
  const folder = join(runtime, "auxbus");
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  const asked: string[] = [];
  const spy = createSocketServer((socket) => {
    asked.push("asked");
    socket.end();
  });
  await listening(spy, join(folder, "run-1.sock"));
  const env = { XDG_RUNTIME_DIR: runtime };
  expect(await auxctl(["lsmod"], { env })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/others can write into .*auxbus, so what listens there may be anybody's/),
  });
  expect(asked).toEqual([]);
  const { folder: cwd } = new Shelf({ name: "base" });
  const io = new FakeIo({ cwd, env });
  const tree = io.wrote("device");
  const ended = runProgram(["run", "base"], io);
  await Promise.race([tree, ended]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  io.interrupt("SIGTERM");
  expect(await ended).toBe(0);
});

test("what answers, and is no bus, is told so", async () => {
  const path = join(tempFolder(), "x.sock");
  const server = createServer((_request, response) => response.end("<html>"));
  await listening(server, path);
  expect(await auxctl(["lsmod", "-s", path])).toEqual({
    code: 1,
    stdout: "",
    stderr: "auxctl: what answers is no auxbus host (EPROTO)\n",
  });
});

test("modprobe finds what was installed since the bus began; modules given by path stay known", async () => {
  const shelf = new Shelf({ name: "base" });
  writeFileSync(join(shelf.folder, "mine.js"), "export function init() {} export function exit() {}");
  const { auxctl: found, socket } = await runningBus(["base", "./mine.js"], shelf.folder);
  const bus = (command: string, ...args: string[]): Promise<Ran> => found(command, "--socket", socket, ...args);
  shelf.put({ name: "late", auxbus: { params: { on: { type: "bool" } } } });
  expect(await bus("modprobe", "late", "on=1")).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await bus("rmmod", "mine")).toMatchObject({ code: 0 });
  expect(await bus("modprobe", "mine")).toMatchObject({ code: 0 });
  shelf.put({ name: "by-alias", auxbus: { aliases: ["x:*"] } });
  expect(await bus("resolve", "x:1")).toMatchObject({ code: 0, stdout: "by_alias\n" });
  expect(await bus("modprobe", "x:1")).toMatchObject({ code: 0 });
  shelf.put({ name: "third" });
  expect(await bus("depmod")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ modules/) });
  expect(await bus("modinfo", "third")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^name: +third/) });
  expect(await bus("modinfo", "nobody")).toMatchObject({ code: 1, stderr: expect.stringMatching(/ENOENT/) });
  const { modules }: { modules: { name: string }[] } = JSON.parse((await bus("lsmod", "--json")).stdout);
  expect(modules.map(({ name }) => name)).toEqual(["base", "late", "mine", "by_alias"]);
});

test("an unknown parameter of a module that a device loads later is told when it is loaded", async () => {
  const nic = `let nic, device;
export async function init({ core, module }) {
  nic = core.addRootDevice("nic0", { owner: module });
  device = await core.auxiliary.create(nic, { module, name: "eth" });
}
export async function exit() { await device.destroy(); await nic.destroy(); }`;
  const { folder: cwd } = new Shelf(
    { name: "nic", code: nic },
    { name: "eth", auxbus: { aliases: ["auxiliary:nic.eth"], params: { speed: { type: "uint" } } } },
  );
  const { code, stderr } = await auxctl(["run", "--once", "nic", "-p", "eth.sped=1"], { cwd });
  expect(stderr).toContain(
    "auxiliary:nic.eth: module eth was not loaded: EINVAL: module eth has no parameter sped; there are speed",
  );
  expect(code).toBe(0);
  expect(await auxctl(["run", "--once", "nic", "-p", "nobody.x=1"], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--param for module nobody, which is not installed/),
  });
});

test("a running bus knows its blacklist, the installed packages do not", async () => {
  const { folder } = new Shelf({ name: "base" }, { name: "extra", auxbus: { aliases: ["auxiliary:gateway.*"] } });
  const bus = await runningBus(["base", "--blacklist", "extra"], folder);
  expect(await bus.auxctl("resolve", "auxiliary:gateway.x")).toMatchObject({ code: 0, stdout: "extra\n" });
  expect(await bus.auxctl("resolve", "--running", "auxiliary:gateway.x")).toMatchObject({ code: 1, stdout: "" });
});
