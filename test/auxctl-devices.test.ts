// The commands that know nothing but a view of buses, against a real host over its socket.
import { type DriverCore, defineAuxiliaryDriver, deferProbe } from "auxbus";
import { beforeEach, describe, expect, test } from "vitest";
import { glob } from "../packages/auxctl/src/devices/glob.ts";
import { runProgram } from "../packages/auxctl/src/program.ts";
import { FakeIo, type Ran } from "./fake-io.ts";
import { Shelf } from "./modules/shelf.ts";
import { type RunningBus, runningBus } from "./running-bus.ts";

/** A module that lets the test onto the bus, and takes down with it what the test has made. */
const HATCH = `let bus;
export function init({ core }) { bus = core; globalThis.auxbusHatch?.(core); }
export async function exit() { for (const root of [...bus.roots()]) await take(root); }
async function take(device) {
  for (const child of [...device.children()]) await take(child);
  await device.destroy();
}`;

let core: DriverCore;
let bus: RunningBus;

beforeEach(async () => {
  const opened = new Promise<DriverCore>((resolve) => void Object.assign(globalThis, { auxbusHatch: resolve }));
  bus = await runningBus(["hatch"], new Shelf({ name: "hatch", code: HATCH }).folder);
  core = await opened;
  const nic = core.addRootDevice("nic0");
  for (const name of ["eth", "rdma", "vdpa"]) await core.auxiliary.create(nic, { module: "nic", name });
  await core.auxiliary.register(driver("eth", "nic.eth"), { module: "eth" });
  await core.auxiliary.register(
    driver("rdma", "nic.rdma", () => deferProbe("waiting for firmware")),
    { module: "rdma" },
  );
});

function driver(name: string, id: string, probe: () => void = () => {}) {
  return defineAuxiliaryDriver({ name, idTable: [{ name: id }], probe });
}

const ok = (...lines: string[]): Ran => ({ code: 0, stdout: lines.map((line) => `${line}\n`).join(""), stderr: "" });

const refused = (message: string): Ran => ({ code: 1, stdout: "", stderr: `auxctl: ${message}\n` });

const wrong = (message: string): Ran => ({ code: 2, stdout: "", stderr: `auxctl: ${message}\n` });

async function json(...words: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await bus.auxctl(...words, "--json");
  expect([code, stderr]).toEqual([0, ""]);
  const said: Record<string, unknown> = JSON.parse(stdout);
  expect(said["schema"]).toBe(1);
  return said;
}

/** Starts a command that goes on, and waits until it has begun to listen. */
async function started(...words: string[]): Promise<{ io: FakeIo; ended: Promise<number> }> {
  const io = new FakeIo({ env: bus.io.env });
  const ended = runProgram(words, io);
  return { io, ended };
}

describe("ls", () => {
  test("shows devices as an aligned table", async () => {
    expect(await bus.auxctl("ls")).toEqual(
      ok(
        "DEVICE      BUS        STATE     DRIVER                MODULE",
        "nic.eth.0   auxiliary  bound     eth.eth               eth",
        "nic.rdma.0  auxiliary  deferred  waiting for firmware",
        "nic.vdpa.0  auxiliary  unbound",
      ),
    );
  });

  test.each([
    [["--unbound"], ["nic.rdma.0", "nic.vdpa.0"]],
    [["--state", "deferred"], ["nic.rdma.0"]],
    [["--driver", "eth.eth"], ["nic.eth.0"]],
    [["--bus", "pci"], []],
    [
      ["*.vdpa.*", "auxiliary/nic.e*"],
      ["nic.eth.0", "nic.vdpa.0"],
    ],
    [["/devices/nic0"], ["nic0"]],
    [["--all"], ["nic0", "nic.eth.0", "nic.rdma.0", "nic.vdpa.0"]],
  ])("%j", async (words, names) => {
    const { devices } = (await json("ls", ...words)) as { devices: { name: string }[] };
    expect(devices.map(({ name }) => name)).toEqual(names);
  });

  test("says when there is none, and colours states for people only", async () => {
    expect(await bus.auxctl("ls", "nobody")).toEqual(ok("no devices"));
    const io = new FakeIo({ env: { XDG_RUNTIME_DIR: bus.io.env["XDG_RUNTIME_DIR"] ?? "" }, tty: true });
    await runProgram(["ls"], io);
    expect(io.stdout).toContain("\u001B[32mbound   \u001B[39m");
    expect(await bus.auxctl("ls", "[z-a]")).toEqual(wrong("[z-a] is no pattern; it may have *, ?, [a-z] and [!a-z]"));
  });

  test("patterns are those of shells", () => {
    const fits = (pattern: string, word: string): boolean => glob(pattern)(word);
    expect(["a.b", "axb"].map((word) => fits("a.b", word))).toEqual([true, false]);
    expect(["a1", "ab", "a"].map((word) => fits("a[0-9]", word))).toEqual([true, false, false]);
    expect(["a1", "ab"].map((word) => fits("a[!0-9]", word))).toEqual([false, true]);
    expect(["a(b", "a[b"].map((word) => [fits("a(*", word), fits("a[", word)])).toEqual([
      [true, false],
      [false, false],
    ]);
  });
});

describe("tree, show and explain", () => {
  test("the tree is that of run, or a part of it", async () => {
    const { stdout } = await bus.auxctl("tree");
    expect(stdout.split("\n").slice(0, 5)).toEqual([
      "DEVICE         STATE     DRIVER   MODULE",
      "nic0",
      "├─ nic.eth.0   bound     eth.eth  eth",
      "├─ nic.rdma.0  deferred  waiting for firmware",
      "└─ nic.vdpa.0  unbound   no registered driver matches auxiliary:nic.vdpa",
    ]);
    const { devices } = await json("tree", "nic.eth.0");
    expect(devices).toMatchObject([{ name: "nic.eth.0", reason: null }]);
  });

  test("show tells all about a device, a driver and a bus", async () => {
    const { stdout } = await bus.auxctl("show", "eth.0");
    expect(stdout).toMatch(/^nic\.eth\.0\n {2}path: +\/devices\/nic0\/nic\.eth\.0\n/);
    expect(stdout).toMatch(/^ {2}driver: +eth\.eth$/m);
    expect(stdout).toMatch(/^power\/\n( {2}.*\n)* {2}runtime_status: +unsupported$/m);
    expect(stdout).toMatch(/^links\n {2}driver: +bus\/auxiliary\/drivers\/eth\.eth$/m);
    expect(await json("show", "nic0")).toMatchObject({
      kind: "device",
      device: { path: "/devices/nic0" },
      children: ["/devices/nic0/nic.eth.0", "/devices/nic0/nic.rdma.0", "/devices/nic0/nic.vdpa.0"],
    });
    expect(await json("show", "eth.eth")).toMatchObject({ kind: "driver", driver: { module: "eth" } });
    expect((await bus.auxctl("show", "auxiliary/eth.eth")).stdout).toMatch(/^eth\.eth\n {2}bus: +auxiliary$/m);
    expect(await json("show", "auxiliary")).toMatchObject({ kind: "bus", attributes: { drivers_autoprobe: "1" } });
    expect((await bus.auxctl("show", "auxiliary")).stdout).toMatch(/^ {2}devices: +3 \(1 bound\)$/m);
    expect(await bus.auxctl("show", "auxilary")).toEqual(
      refused("there is no device, driver or bus auxilary; did you mean auxiliary? (ENOENT)"),
    );
  });

  test("explain says why", async () => {
    const { stdout } = await bus.auxctl("explain", "rdma.0");
    expect(stdout).toMatch(/^nic\.rdma\.0: deferred: waiting for firmware\n/);
    expect(stdout).toMatch(/^rdma\.rdma +rdma +deferred +EPROBE_DEFER +waiting for firmware$/m);
    expect(await json("explain", "rdma.0")).toMatchObject({ explanation: { waitsFor: "waiting for firmware" } });
  });

  test.each([
    "nic.eth.0",
    "auxiliary/nic.eth.0",
    "/devices/nic0/nic.eth.0",
    "/sys/devices/nic0/nic.eth.0",
    "/sys/bus/auxiliary/devices/nic.eth.0",
    "nic.eth",
    "eth.0",
  ])("%s is a device", async (word) => {
    expect(await json("explain", word)).toMatchObject({ explanation: { device: "nic.eth.0" } });
  });

  test("names that fit several or none are told", async () => {
    expect(await bus.auxctl("explain", "nic.")).toEqual(
      wrong("nic. is ambiguous; there are auxiliary/nic.eth.0, auxiliary/nic.rdma.0, auxiliary/nic.vdpa.0"),
    );
    expect(await bus.auxctl("explain", "nic.eht.0")).toEqual(
      refused("there is no device nic.eht.0; did you mean nic.eth.0? (ENODEV)"),
    );
    expect(await bus.auxctl("bind", "nic0")).toEqual(
      refused("nic0 is on no bus, so no driver can bind to it (EINVAL)"),
    );
  });
});

describe("binding", () => {
  const driverOf = async (name: string): Promise<string | null> =>
    (await core.view().snapshot()).devices.find((device) => device.name === name)?.driver ?? null;

  test("unbind, bind and rebind", async () => {
    expect(await bus.auxctl("unbind", "nic.eth.0")).toEqual(ok());
    expect(await driverOf("nic.eth.0")).toBeNull();
    expect(await bus.auxctl("unbind", "nic.eth.0")).toEqual(
      refused("nic.eth.0 has no driver; auxctl bind gives it one (ENODEV)"),
    );
    expect(await json("bind", "nic.eth.0")).toEqual({
      schema: 1,
      device: "/devices/nic0/nic.eth.0",
      driver: "eth.eth",
    });
    expect(await bus.auxctl("bind", "nic.eth.0")).toEqual(
      refused("nic.eth.0 is bound to eth.eth; auxctl unbind takes it away (EBUSY)"),
    );
    expect(await json("rebind", "eth.0")).toMatchObject({ driver: "eth.eth" });
    expect(await bus.auxctl("bind", "nic.vdpa.0")).toEqual(
      refused("nic.vdpa.0: no registered driver matches auxiliary:nic.vdpa (ENODEV)"),
    );
    expect(await bus.auxctl("bind", "nic.vdpa.0", "eth.eth")).toMatchObject({ code: 1 });
    expect(await bus.auxctl("unbind", "eth.0")).toEqual(ok());
    expect(await json("bind", "nic.eth.0", "eth.eth")).toMatchObject({ driver: "eth.eth" });
  });

  test("rescan tries the drivers of one or of all devices", async () => {
    await bus.auxctl("unbind", "eth.0");
    expect(await bus.auxctl("rescan")).toEqual(wrong("give a device or --all"));
    const { code, stdout } = await bus.auxctl("rescan", "--all");
    expect(stdout.split("\n").slice(0, 2)).toEqual(["DEVICE      DRIVER", "nic.eth.0   eth.eth"]);
    expect(stdout).toMatch(/^nic\.vdpa\.0 +no registered driver matches/m);
    expect(code).toBe(1);
    expect(await json("rescan", "eth.0")).toMatchObject({ devices: [{ name: "nic.eth.0", driver: "eth.eth" }] });
  });

  test("override and autoprobe are what the bus is asked to keep to", async () => {
    expect(await bus.auxctl("override", "eth.0", "other")).toEqual(
      ok("nic.eth.0 stays bound to eth.eth until it is unbound"),
    );
    expect(core.findDevice("/devices/nic0/nic.eth.0")?.driverOverride).toBe("other");
    expect(await json("override", "eth.0", "--clear")).toMatchObject({ override: null });
    expect(core.findDevice("/devices/nic0/nic.eth.0")?.driverOverride).toBeNull();
    expect(await bus.auxctl("override", "eth.0")).toEqual(wrong("give a driver or --clear"));
    expect(await json("autoprobe", "auxiliary", "off")).toEqual({ schema: 1, bus: "auxiliary", autoprobe: false });
    expect(core.auxiliary.autoprobe).toBe(false);
    expect(await bus.auxctl("autoprobe", "auxiliry", "on")).toEqual(
      refused("there is no bus auxiliry; did you mean auxiliary? (ENOENT)"),
    );
  });
});

describe("monitor", () => {
  test("shows uevents that fit, as many as were asked for", async () => {
    const { io, ended } = await started("monitor", "--device", "nic.eth.*", "--action", "bind,unbind", "-n", "2");
    // It has begun to listen when one comes through; until then they are made again.
    const shown = io.wrote("unbind");
    let done = false;
    void shown.then(() => (done = true));
    while (!done) {
      await bus.auxctl("unbind", "eth.0");
      await bus.auxctl("bind", "eth.0");
    }
    expect(await ended).toBe(0);
    expect(
      io.stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/^[\d:.]+ /, "").trim())
        .toSorted(),
    ).toEqual([
      expect.stringMatching(/^bind {4}\/devices\/nic0\/nic\.eth\.0/),
      expect.stringMatching(/^unbind {2}\/devices\/nic0\/nic\.eth\.0/),
    ]);
    expect(io.held).toBe(0);
  });

  test("until Ctrl-C, as JSON with a schema", async () => {
    const { io, ended } = await started("monitor", "--json");
    const shown = io.wrote('"action":"change"');
    let done = false;
    void shown.then(() => (done = true));
    while (!done) {
      core.findDevice("/devices/nic0")?.uevent("change");
      await bus.auxctl("status");
    }
    io.interrupt("SIGINT");
    expect(await ended).toBe(0);
    const [first, second] = io.stdout.split("\n").map((line): unknown => (line === "" ? null : JSON.parse(line)));
    expect(first).toEqual({ type: "auxctl", schema: 1 });
    expect(second).toEqual({
      type: "uevent",
      seqnum: expect.any(Number),
      action: "change",
      devpath: "/devices/nic0",
      subsystem: null,
      env: {},
      time: expect.any(Number),
    });
    expect(io.held).toBe(0);
  });

  test("refuses actions and counts that are none", async () => {
    expect((await bus.auxctl("monitor", "--action", "bnid")).stderr).toContain("It is some of add, remove, change");
    expect((await bus.auxctl("monitor", "-n", "0")).stderr).toContain("It is a whole number of at least 1.");
  });
});

describe("wait", () => {
  test.each([
    ["--bound", "auxiliary/nic.eth.0"],
    ["--unbound", "nic.vdpa.0"],
    ["--present", "nic0"],
    ["--gone", "nobody"],
  ])("%s %s is so already", async (target, word) => {
    expect(await bus.auxctl("wait", target, word)).toEqual(ok());
  });

  test.each<[string, string, () => Promise<unknown>]>([
    ["--unbound", "nic.eth.0", () => core.auxiliary.unbind("eth.eth", "nic.eth.0")],
    ["--gone", "nic.vdpa.0", () => core.auxiliary.find("nic.vdpa.0")?.delete() ?? Promise.resolve()],
    ["--bound", "nic.vdpa.0", () => core.auxiliary.register(driver("vdpa", "nic.vdpa"), { module: "vdpa" })],
    [
      "--present",
      "nic.new.0",
      () =>
        core.auxiliary.create(core.findDevice("/devices/nic0") ?? core.addRootDevice("x"), {
          module: "nic",
          name: "new",
        }),
    ],
  ])("%s %s, when it comes true at any moment", async (target, word, change) => {
    const { io, ended } = await started("wait", target, word, "--json");
    // At once: between its first look and its listening there is no gap.
    await change();
    expect(await ended).toBe(0);
    expect(JSON.parse(io.stdout)).toMatchObject({ schema: 1, target: target.slice(2), reached: true });
    expect(io.held).toBe(0);
  });

  test("gives up in time, and says why", async () => {
    const { io, ended } = await started("wait", "--bound", "nic.rdma.0", "--timeout", "5");
    while (io.timers === 0) await bus.auxctl("status");
    // Its snapshot has been taken when another command is through that came later.
    await bus.auxctl("status");
    io.pass(5000);
    expect(await ended).toBe(1);
    expect(io.stderr).toMatch(/^auxctl: .*rdma\.0 is not bound after 5 s: deferred: waiting for firmware\n$/);
    expect(io.held).toBe(0);
    expect(await bus.auxctl("wait", "nic0")).toEqual(wrong("say what for: --bound, --unbound, --present or --gone"));
    expect((await bus.auxctl("wait", "nic0", "--gone", "--bound")).code).toBe(2);
  });

  test("takes whole names", async () => {
    for (const target of ["--bound", "--unbound", "--present", "--gone"])
      expect(await bus.auxctl("wait", target, "eth.0")).toEqual(wrong("wait takes whole names; there is nic.eth.0"));
  });

  test("ends with 130 by Ctrl-C", async () => {
    const { io, ended } = await started("wait", "--gone", "nic0");
    await bus.auxctl("status");
    io.interrupt("SIGINT");
    expect(await ended).toBe(130);
    expect(io.held).toBe(0);
  });
});
