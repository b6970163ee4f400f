// A host with state, as people run it: its journal, its settings, its tokens, and what systemd hears of it.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runProgram } from "../packages/auxctl/src/program.ts";
import { parseMoment } from "../packages/auxctl/src/time.ts";
import { figures } from "../packages/auxctl/src/top/figures.ts";
import { auxctl, FakeIo } from "./fake-io.ts";
import { Shelf } from "./modules/shelf.ts";
import { type RunningHost, runningHost } from "./running-host.ts";
import { tempFolder } from "./temp-folder.ts";

const NIC = `let nic, devices = [];
export async function init({ core, module }) {
  nic = core.addRootDevice("nic0", { owner: module });
  for (const name of ["eth", "rdma"]) devices.push(await core.auxiliary.create(nic, { module, name }));
}
export async function exit() {
  for (const device of devices.splice(0).reverse()) await device.destroy();
  await nic.destroy();
}`;
const ETH = `export const driver = { name: "eth", idTable: [{ name: "nic.eth" }], probe() {} };`;

const shelf = (): Shelf =>
  new Shelf(
    { name: "nic", code: NIC },
    { name: "eth", code: ETH, auxbus: { aliases: ["auxiliary:nic.eth"] } },
    { name: "gateway", auxbus: { params: { ports: { type: "uint", default: 2, writable: true } } } },
  );

const CONFIG = { name: "lab", modules: ["nic", "gateway"] };

/** The host when its modules are loaded and bound. */
async function ready(host: RunningHost): Promise<RunningHost> {
  expect(await host.auxctl("wait", "--bound", "nic.eth.0")).toMatchObject({ code: 0 });
  return host;
}

async function json(host: RunningHost, ...words: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await host.auxctl(...words, "--json");
  expect([code, stderr]).toEqual([0, ""]);
  const said: Record<string, unknown> = JSON.parse(stdout);
  expect(said["schema"]).toBe(1);
  return said;
}

describe("up", () => {
  test("is found by its name, keeps what operators set, and ends by down", async () => {
    const { folder } = shelf();
    const first = await ready(await runningHost(CONFIG, folder));
    const { XDG_RUNTIME_DIR: runtime = "", XDG_STATE_HOME: state = "" } = first.env;
    expect(statSync(join(runtime, "auxbus/lab.sock")).mode & 0o777).toBe(0o600);
    expect(await json(first, "status", "-H", "lab")).toMatchObject({ status: { host: "lab", role: "operator" } });
    expect((await first.auxctl("status")).stdout).toMatch(/^host: +lab \(auxbus .*\nstate: +running, up \d+ s\n/);
    expect(await first.auxctl("status", "--host", "lba")).toEqual({
      code: 2,
      stdout: "",
      stderr: "auxctl: no host lba is running (there are lab); start one with auxctl up, or give a socket or URL\n",
    });
    await json(first, "override", "nic.rdma.0", "other");
    await json(first, "autoprobe", "auxiliary", "off");
    await json(first, "blacklist", "add", "eth");
    await json(first, "param", "gateway", "ports=7");
    expect(await json(first, "park", "nic.eth.0", "--reason", "too hot")).toMatchObject({ state: "parked" });
    expect(await json(first, "blacklist")).toEqual({ schema: 1, blacklist: ["eth"] });
    const { settings } = (await json(first, "settings")) as { settings: { kind: string; key: string }[] };
    expect(settings.map(({ kind }) => kind).toSorted()).toEqual([
      "autoprobe",
      "blacklist",
      "override",
      "param",
      "parked",
    ]);
    expect((await first.auxctl("settings")).stdout).toMatch(/^KIND +OF +VALUE +BY +SINCE\n/);
    expect(await json(first, "down")).toMatchObject({ state: "down" });
    expect(await first.ended).toBe(0);
    expect(first.io.held).toBe(0);

    const again = await runningHost(CONFIG, folder, { from: first });
    expect(await again.auxctl("wait", "--present", "nic.eth.0")).toMatchObject({ code: 0 });
    expect((await again.auxctl("explain", "nic.eth.0")).stdout).toMatch(/parked: too hot/);
    expect((await again.auxctl("hosts")).stdout).toContain("/devices/nic0/nic.eth.0: too hot\n");
    expect(await json(again, "blacklist", "remove", "eth")).toMatchObject({ blacklisted: false });
    await json(again, "modprobe", "eth");
    expect(await json(again, "unpark", "nic.eth.0")).toMatchObject({ state: "unparked" });
    expect(await again.auxctl("settings", "--json")).not.toMatchObject({ stdout: expect.stringContaining("too hot") });
    expect(existsSync(join(state, "auxbus/lab/auxbus.db"))).toBe(true);
  });

  test("--once prints the tree and leaves; what is wrong with the configuration is told with its line", async () => {
    const { folder: cwd } = shelf();
    const env = { XDG_RUNTIME_DIR: tempFolder(), XDG_STATE_HOME: tempFolder(), NO_COLOR: "1" };
    const config = join(cwd, "lab.json");
    const fs = await import("node:fs/promises");
    await fs.writeFile(config, JSON.stringify({ name: "once", modules: ["nic"] }));
    expect(await auxctl(["up", "--once", "-c", config], { cwd, env })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^DEVICE[^]*nic\.eth\.0 +bound/),
    });
    await fs.writeFile(config, JSON.stringify({ name: "once", modules: ["nobody"] }));
    expect(await auxctl(["up", "--once", "-c", config], { cwd, env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cannot load module nobody"),
    });
    await fs.writeFile(config, '{\n  "modlues": []\n}');
    expect(await auxctl(["up", "-c", config], { cwd, env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^auxctl: .*lab\.json:2: modlues: there is no such key/),
    });
    expect((await auxctl(["up", "-c", "nowhere.json"], { cwd, env })).code).toBe(2);
  });

  test("reads its configuration again by reload and by SIGHUP", async () => {
    const host = await ready(await runningHost(CONFIG, shelf().folder));
    host.configure({ ...CONFIG, modules: ["nic"] });
    expect(await json(host, "reload")).toMatchObject({ state: "reloaded" });
    expect((await host.auxctl("lsmod")).stdout).not.toContain("gateway");
    host.configure({ ...CONFIG, modules: 1 });
    expect(await host.auxctl("reload")).toMatchObject({ code: 1, stderr: expect.stringContaining("modules") });
    const told = host.io.wrote("auxbus.config.json");
    host.io.hangUp();
    await told;
    expect((await host.auxctl("status")).code).toBe(0);
  });

  test("says where its console is, and lets in who has the token", async () => {
    const { folder } = shelf();
    const host = await ready(await runningHost({ ...CONFIG, listen: { http: { port: 0 } } }, folder));
    const [, url = ""] = /console: (http:\S+\d)/.exec(host.io.stderr) ?? [];
    const { token } = await json(host, "token");
    const env = { XDG_RUNTIME_DIR: "/nowhere", AUXBUS_TOKEN: String(token) };
    expect((await auxctl(["ls", "-H", url], { env })).stdout).toMatch(/^DEVICE[^]*nic\.eth\.0/);
    expect((await auxctl(["unbind", "eth.0"], { env: { ...env, AUXBUS_HOST: url } })).code).toBe(0);
    const { token: reader } = await json(host, "token", "--reader");
    const reading = { ...env, AUXBUS_TOKEN: String(reader), AUXBUS_HOST: url };
    expect(await auxctl(["status"], { env: reading })).toMatchObject({ stdout: expect.stringContaining("reader") });
    expect(await auxctl(["bind", "eth.0"], { env: reading })).toMatchObject({ code: 1 });
    expect(await auxctl(["ls"], { env: { ...reading, AUXBUS_TOKEN: "" } })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^auxctl: set AUXBUS_TOKEN/),
    });
    const none = { XDG_RUNTIME_DIR: "/nowhere", XDG_STATE_HOME: tempFolder() };
    expect(await auxctl(["token"], { env: none, cwd: tempFolder() })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("auxctl up makes it at the first start"),
    });
  });

  test("suspends and resumes", async () => {
    const host = await ready(await runningHost(CONFIG, shelf().folder));
    await json(host, "suspend");
    expect((await host.auxctl("status")).stdout).toContain("suspended");
    await json(host, "resume");
    expect(await json(host, "status")).toMatchObject({ status: { suspended: false } });
  });
});

describe("log", () => {
  test("shows what has happened, by many filters", async () => {
    const host = await ready(await runningHost(CONFIG, shelf().folder));
    const { stdout } = await host.auxctl("log", "--kind", "probe");
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} probe +nic\.eth\.0 eth\.eth: bound \(\d/);
    const entries = async (...words: string[]): Promise<Record<string, unknown>[]> => {
      const [first = "", ...lines] = (await host.auxctl("log", "--json", ...words)).stdout.trimEnd().split("\n");
      expect(JSON.parse(first)).toEqual({ type: "auxctl", schema: 1 });
      return lines.map((line): Record<string, unknown> => JSON.parse(line));
    };
    const all = await entries("--since", "10m");
    expect(all.map(({ id }) => id)).toEqual(all.map((_entry, i) => i + 1));
    expect(all[0]).toMatchObject({ type: "entry", kind: "host", data: { event: "start" } });
    expect(await entries("-n", "2")).toHaveLength(2);
    expect((await entries("--device", "nic.eth.0", "--kind", "uevent")).length).toBe(2);
    expect(await entries("--module", "eth", "--kind", "module")).toMatchObject([{ data: { change: "loaded" } }]);
    expect(await entries("--until", "2020-01-01")).toEqual([]);
    expect((await host.auxctl("log", "--since", "yesterday")).stderr).toContain("expected 30s, 10m, 2h, 3d, or a date");
    expect((await host.auxctl("log", "--kind", "nothing")).stderr).toContain("There is no nothing; there are uevent");
  });

  test("follows what happens, and leaves out what does not fit", async () => {
    const host = await ready(await runningHost(CONFIG, shelf().folder));
    const io = new FakeIo({ env: host.env });
    const seen = io.wrote("unbind auxiliary nic.eth.0");
    const ended = runProgram(["log", "-f", "--kind", "operation,crash", "--device", "nic.eth.0"], io);
    await host.auxctl("unbind", "eth.0");
    await seen;
    io.interrupt("SIGINT");
    expect(await ended).toBe(0);
    expect(io.stdout).not.toContain("uevent");
    expect(io.held).toBe(0);
  });

  test("moments are said as people say them", () => {
    const now = Date.UTC(2026, 0, 31);
    expect(parseMoment("10m", now)).toBe(now - 600_000);
    expect(parseMoment("1.5h", now)).toBe(now - 5_400_000);
    expect(parseMoment("2026-01-30T00:00Z", now)).toBe(now - 86_400_000);
    expect(["soon", "", "10", "2026-99-01"].map((word) => parseMoment(word, now))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("top", () => {
  test("shows the figures once, and again and again", async () => {
    const host = await ready(await runningHost(CONFIG, shelf().folder));
    expect((await host.auxctl("top", "--once")).stdout).toMatch(
      /^lab: \d+ devices, 1 drivers[^]*SLOWEST PROBES[^]*nic\.eth\.0/,
    );
    expect(await json(host, "top", "--once")).toMatchObject({
      window: 60,
      latency: { probes: { count: 1 } },
      slowest: [{ device: "/devices/nic0/nic.eth.0", driver: "eth.eth" }],
      crashes: [],
    });
    const io = new FakeIo({ env: host.env, tty: true });
    const first = io.wrote("operations");
    const ended = runProgram(["top"], io);
    await first;
    while (io.timers === 0) await host.auxctl("status");
    const again = io.wrote(`${io.stdout}\u001B[H\u001B[J`);
    io.pass(1000);
    await again;
    io.interrupt("SIGINT");
    expect(await ended).toBe(0);
    expect(io.held).toBe(0);
  });

  test("figures are those of the window", () => {
    const probe = (ms: number) =>
      ({
        id: 1,
        time: 0,
        kind: "probe",
        device: `/devices/d${ms}`,
        driver: "x",
        data: { module: "x", result: "bound", message: null, ms },
      }) as const;
    const { rates, latency, slowest } = figures(
      Array.from({ length: 100 }, (_, i) => probe(i + 1)),
      10,
    );
    expect(rates).toEqual({ uevents: 0, probes: 10, operations: 0 });
    expect(latency).toEqual({
      probes: { count: 100, p50: 50, p99: 99, max: 100 },
      operations: { count: 0, p50: null, p99: null, max: null },
    });
    expect(slowest.map(({ ms }) => ms)).toEqual([100, 99, 98, 97, 96]);
  });
});

describe("systemd", () => {
  const LISTENER = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    # The barrier that systemd-notify waits for is closed with its file descriptors.
    data, fds, _, _ = socket.recv_fds(s, 4096, 4)
    for fd in fds: os.close(fd)
    print(data.decode(), flush=True)
`;

  test("hears of the start, of signs of life, of reloads and of the end", async () => {
    expect(spawnSync("systemd-notify", ["--version"]).error, "systemd-notify is needed").toBeUndefined();
    const socket = join(tempFolder(), "notify.sock");
    const listener = spawn("python3", ["-c", LISTENER, socket], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void listener.kill());
    let heard = "";
    const waiting: { readonly text: string; readonly found: () => void }[] = [];
    listener.stdout.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
      for (const { text, found } of waiting) if (heard.includes(text)) found();
    });
    const hears = (text: string): Promise<void> =>
      new Promise((found) => {
        if (heard.includes(text)) found();
        else waiting.push({ text, found });
      });
    await once(listener.stdout, "data");
    const host = await runningHost(CONFIG, shelf().folder, {
      env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "10000000", PATH: process.env["PATH"] ?? "" },
    });
    await hears("READY=1");
    await hears("WATCHDOG=1");
    heard = "";
    host.io.pass(4999);
    host.io.pass(1);
    await hears("WATCHDOG=1");
    host.io.hangUp();
    await hears("RELOADING=1");
    await hears("READY=1");
    host.io.interrupt("SIGTERM");
    expect(await host.ended).toBe(0);
    await hears("STOPPING=1");
    expect(heard.match(/WATCHDOG=1/g)).toHaveLength(1);
    expect(host.io.stderr).not.toContain("systemd is not told");
    expect(host.io.held).toBe(0);
  });

  test("it is said, once, when systemd cannot be told", async () => {
    const host = await ready(
      await runningHost(CONFIG, shelf().folder, { env: { NOTIFY_SOCKET: "/nowhere", PATH: tempFolder() } }),
    );
    host.io.interrupt("SIGTERM");
    expect(await host.ended).toBe(0);
    expect(host.io.stderr.match(/systemd is not told/g)).toHaveLength(1);
  });
});

test("the man page is that of the commands", () => {
  const root = join(import.meta.dirname, "..");
  const made = spawnSync(
    process.execPath,
    ["-e", `import("${root}/packages/auxctl/dist/man/man-page.js").then((m) => process.stdout.write(m.manPage()))`],
    { encoding: "utf8" },
  );
  expect(readFileSync(join(root, "docs/man/auxctl.1"), "utf8"), "npm run build makes it").toBe(made.stdout);
  const shown = spawnSync("man", ["--warnings", "-l", join(root, "docs/man/auxctl.1")], { encoding: "utf8" });
  if (shown.error === undefined) expect(shown.stderr).toBe("");
});
