import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type AuxiliaryDevice, DriverCore, Module } from "auxbus";
import { type HostKind, Isolation } from "@auxbus/modules";
import * as Comlink from "comlink";
import { endpointOf } from "../isolated/comlink-endpoint.ts";

type Echo = AuxiliaryDevice<"bench.echo">;

const WARM_UP = 3_000;
const CALLS = 20_000;

const fileOf = (name: string): string => fileURLToPath(new URL(`../isolated/${name}.js`, import.meta.url));

interface Bound {
  readonly core: DriverCore;
  readonly isolation: Isolation;
  readonly device: Echo;
  end(): Promise<void>;
}

async function bind(kind: HostKind): Promise<Bound> {
  const core = new DriverCore();
  const isolation = new Isolation(core, { policy: { most: Infinity, separateAfter: Infinity, backoff: 0 } });
  const device = await core.auxiliary.create(core.addRootDevice("bench0"), {
    module: "bench",
    name: "echo",
    shared: { answer: (value) => value },
  });
  const running = await isolation.start({
    kind,
    module: new Module("echo"),
    url: new URL("../isolated/echo-module.js", import.meta.url).href,
    folder: fileURLToPath(new URL("../../", import.meta.url)),
    params: {},
  });
  if (device.driver === null) throw new Error("the echo driver did not bind");
  return { core, isolation, device, end: () => running.exit() };
}

/** Microseconds for a call and its answer, one after the other. */
async function roundTrip(call: (value: number) => Promise<unknown>): Promise<Record<string, number>> {
  for (let i = 0; i < WARM_UP; i++) await call(i);
  const start = performance.now();
  for (let i = 0; i < CALLS; i++) await call(i);
  return { "isolated call": ((performance.now() - start) * 1000) / CALLS };
}

/** @param post sends a value; @param hear hears what comes back */
function bare(post: (value: number) => void, hear: (fn: () => void) => void): Promise<Record<string, number>> {
  let answered = (): void => undefined;
  hear(() => answered());
  return roundTrip((value) => {
    post(value);
    return new Promise<void>((resolve) => (answered = resolve));
  });
}

async function auxbusCall(kind: HostKind): Promise<Record<string, number>> {
  const { device, end } = await bind(kind);
  const figures = await roundTrip((value) => device.call("echo", value));
  await end();
  return figures;
}

export const isolatedCalls: Readonly<Record<string, () => Promise<Record<string, number>>>> = {
  "bare MessagePort": async () => {
    const worker = new Worker(fileOf("bare-worker"));
    const figures = await bare(
      (value) => worker.postMessage(value),
      (fn) => void worker.on("message", fn),
    );
    await worker.terminate();
    return figures;
  },
  "bare process": async () => {
    const child: ChildProcess = fork(fileOf("bare-process"), { serialization: "advanced", execArgv: [] });
    const figures = await bare(
      (value) => void child.send(value),
      (fn) => void child.on("message", fn),
    );
    child.kill();
    return figures;
  },
  Comlink: async () => {
    const worker = new Worker(fileOf("comlink-worker"));
    const remote = Comlink.wrap<{ echo(value: number): number }>(endpointOf(worker));
    const figures = await roundTrip((value) => remote.echo(value));
    await worker.terminate();
    return figures;
  },
  "auxbus worker": () => auxbusCall("worker"),
  "auxbus process": () => auxbusCall("process"),
};

/** Milliseconds from a crash until the device is bound in a new worker or process, `n` times; the median. */
export async function crashAndBind(kind: HostKind, n: number): Promise<Record<string, number>> {
  const { core, device, end } = await bind(kind);
  // The bus's own timers keep no program alive.
  const alive = setInterval(() => undefined, 1_000);
  const times: number[] = [];
  const heap: number[] = [];
  for (let i = 0; i < n; i++) {
    const bound = new Promise<void>((resolve) => {
      const subscription = core.uevents.subscribe(({ action }) => {
        if (action !== "bind") return;
        subscription[Symbol.dispose]();
        resolve();
      });
    });
    const start = performance.now();
    await device.call("crash").catch(() => undefined);
    await bound;
    times.push(performance.now() - start);
    if (i === Math.floor(n / 10) || i === n - 1) {
      globalThis.gc?.();
      heap.push(process.memoryUsage().heapUsed);
    }
  }
  await end();
  clearInterval(alive);
  const [early = 0, late = 0] = heap;
  const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
  return { "crash to bound": median, "growth per crash": (late - early) / (n - n / 10) };
}
