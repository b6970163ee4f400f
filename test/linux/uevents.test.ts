// Uevents: of udevadm where there is one, else seen by looking again and again.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { LinuxView } from "@auxbus/linux";
import { expect, onTestFinished, test, vi } from "vitest";
import { runProgram } from "../../packages/auxctl/src/program.ts";
import { auxctl, FakeIo } from "../fake-io.ts";
import { mlx5 } from "./cards.ts";
import { Machine } from "./machine.ts";

const PCI = "pci0000:00/0000:00:02.0/0000:03:00.0";

/** A view whose next look is at another machine: each step is what happens between two looks. */
function polling(machine: Machine, steps: readonly (() => void)[], buses: readonly string[] = ["auxiliary"]) {
  const left = [...steps];
  const ending = new AbortController();
  const pause = async (): Promise<void> => {
    const step = left.shift();
    if (step === undefined) ending.abort();
    else step();
  };
  return { view: new LinuxView({ root: machine.root, buses, pause }), signal: ending.signal };
}

test("polling: what must have happened between two looks, children before parents when they go", async () => {
  const machine = mlx5();
  const { view, signal } = polling(machine, [
    () => machine.device(`${PCI}/mlx5_core.eth.7`, { bus: "auxiliary", modalias: "auxiliary:mlx5_core.eth" }),
    () => machine.file(`sys/devices/${PCI}/mlx5_core.eth.7/uevent`, "DRIVER=mlx5_core.eth\n"),
    () => {},
    () => machine.file(`sys/devices/${PCI}/mlx5_core.eth.7/uevent`, ""),
    () => machine.remove(`sys/devices/${PCI}/mlx5_core.sf.4`),
  ]);
  expect(view.ueventSource).toBe("polling");
  const heard: string[] = [];
  let listening = 0;
  let last = 0;
  for await (const event of view.uevents({ signal, listening: () => listening++ })) {
    const { action, devpath, subsystem, seqnum, env } = event;
    expect([subsystem, seqnum >= last]).toEqual(["auxiliary", true]);
    last = seqnum;
    heard.push([action, devpath.slice(devpath.lastIndexOf("/") + 1), env["DRIVER"] ?? ""].join(" ").trimEnd());
  }
  expect(listening).toBe(1);
  expect(heard).toEqual([
    "add mlx5_core.eth.7",
    "bind mlx5_core.eth.7 mlx5_core.eth",
    "unbind mlx5_core.eth.7",
    "remove mlx5_core.rdma.4",
    "unbind mlx5_core.eth.4",
    "remove mlx5_core.eth.4",
    "unbind mlx5_core.sf.4",
    "remove mlx5_core.sf.4",
  ]);
});

test("polling ends when it is told to, without another look; parents of other buses are not told of", async () => {
  const machine = mlx5();
  const { view, signal } = polling(machine, [() => machine.remove(`sys/devices/${PCI}`)], ["pci"]);
  const paths: string[] = [];
  for await (const event of view.uevents({ signal })) paths.push(event.devpath);
  expect(paths).toEqual([`/devices/${PCI}`, `/devices/${PCI}`]);
  for await (const event of view.uevents({ signal })) expect.unreachable(event.action);
});

test("auxctl monitor says where uevents are from, and ends by Ctrl-C", async () => {
  const io = new FakeIo();
  const said = io.wrote("uevents are from polling");
  const ended = runProgram(["monitor", "--root", mlx5().root], io);
  await said;
  io.interrupt("SIGINT");
  expect(await ended).toBe(0);
  expect(io.stderr).toBe("auxctl: uevents are from polling\n");
  expect(io.held).toBe(0);
});

test("auxctl wait: what is so already, and what is not in time, with the reason", async () => {
  const { root } = mlx5();
  expect(await auxctl(["wait", "--root", root, "--unbound", "mlx5_core.vnet.0"])).toMatchObject({
    code: 0,
    stderr: "",
  });
  const io = new FakeIo();
  const ended = runProgram(["wait", "--root", root, "--bound", "mlx5_core.vnet.0", "--timeout", "5"], io);
  while (io.timers === 0) await new Promise((resolve) => void setImmediate(resolve));
  await new Promise((resolve) => void setImmediate(resolve));
  io.pass(5000);
  expect(await ended).toBe(1);
  expect(io.stderr).toMatch(/mlx5_core\.vnet\.0 is not bound after 5 s: unbound: mlx5_vdpa: the module is not loaded/);
});

/** Until everything that can be done without time passing has been done. */
async function settled(io: FakeIo, timers: number): Promise<void> {
  for (let turns = 0; io.timers !== timers && turns < 100_000; turns++)
    await new Promise((resolve) => void setImmediate(resolve));
  expect(io.timers).toBe(timers);
}

test("auxctl wait: a device is bound when it has been so for a moment, as its probe may fail yet", async () => {
  const machine = mlx5();
  const uevent = `sys/devices/${PCI}/mlx5_core.eth.0/uevent`;
  const io = new FakeIo();
  const ended = runProgram(["wait", "--root", machine.root, "--bound", "mlx5_core.eth.0", "--timeout", "100"], io);
  await settled(io, 2);
  machine.file(uevent, "");
  io.pass(199);
  expect(io.timers).toBe(2);
  io.pass(1);
  await settled(io, 2);
  machine.file(uevent, "DRIVER=mlx5_core.eth\n");
  // Without any event.
  io.pass(1000);
  await settled(io, 2);
  io.pass(200);
  expect([await ended, io.stderr, io.held]).toEqual([0, "", 0]);
});

test("auxctl wait: what seems to be bound when the time is over is looked at once more", async () => {
  const { root } = mlx5();
  const io = new FakeIo();
  const ended = runProgram(["wait", "--root", root, "--bound", "mlx5_core.eth.0", "--timeout", "0.1"], io);
  await settled(io, 2);
  io.pass(100);
  expect([await ended, io.stderr, io.held]).toEqual([0, "", 0]);
});

test("auxctl wait takes whole names: a part is not the device, and not gone either", async () => {
  const machine = mlx5();
  machine.device(`${PCI}/mlx5_core.eth.10`, { bus: "auxiliary", driver: "mlx5_core.eth" });
  const io = new FakeIo();
  const ended = runProgram(["wait", "--root", machine.root, "--bound", "mlx5_core.eth.1", "--timeout", "1"], io);
  while (io.timers === 0) await new Promise((resolve) => void setImmediate(resolve));
  await new Promise((resolve) => void setImmediate(resolve));
  io.pass(1000);
  expect([await ended, io.stderr]).toEqual([
    1,
    "auxctl: mlx5_core.eth.1 is not bound after 1 s: there is no such device\n",
  ]);
  expect(await auxctl(["wait", "--root", machine.root, "--gone", "eth.10"])).toMatchObject({
    code: 2,
    stderr: "auxctl: wait takes whole names; there is mlx5_core.eth.10\n",
  });
  expect(await auxctl(["unbind", "--root", machine.root, "mlx5_core.eth.1"])).toMatchObject({ code: 1 });
});

test.each([
  ["#!/bin/sh\necho no netlink >&2; exit 3\n", "udevadm monitor has ended: no netlink"],
  ["#!/bin/nowhere\n", /^udevadm monitor has ended: .*ENOENT/],
])("a udevadm that does not start is done without, and that is said: %j", async (script, why) => {
  const { root } = new Machine().file("bin/udevadm", script);
  chmodSync(join(root, "bin/udevadm"), 0o755);
  vi.stubEnv("PATH", `${root}/bin`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const ending = new AbortController();
  const view = new LinuxView({ pause: async () => ending.abort() });
  expect([view.ueventSource, view.ueventProblem]).toEqual(["udevadm", null]);
  let listening = 0;
  const events = view.uevents({ signal: ending.signal, listening: () => listening++ });
  for await (const event of events) expect.unreachable(event.action);
  expect([view.ueventSource, view.ueventProblem, listening]).toEqual(["polling", expect.stringMatching(why), 1]);
  const io = new FakeIo();
  const said = io.wrote("uevents are from");
  const ended = runProgram(["monitor", "--linux"], io);
  await said;
  io.interrupt("SIGINT");
  expect(await ended).toBe(0);
  expect(io.stderr).toMatch(/^auxctl: uevents are from polling \(udevadm monitor has ended: .*\)\n$/);
});

test("udevadm hears the kernel, and ends with its reader", async () => {
  const view = new LinuxView({ buses: ["all"] });
  expect(view.ueventSource, "udevadm is not installed: apt-get install udev").toBe("udevadm");
  const ending = new AbortController();
  const { promise, resolve } = withResolvers();
  const events = view.uevents({ signal: ending.signal, listening: resolve })[Symbol.asyncIterator]();
  const next = events.next();
  await Promise.race([promise, next]);
  ending.abort();
  expect((await next).done).toBe(true);
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
