import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { VirtualRuntime } from "@auxbus/testing";
import { expect, test } from "vitest";
import { HostRig } from "./rig.ts";

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");

/** Bytes that are really in use. */
async function used(): Promise<number> {
  if (typeof collect !== "function") throw new Error("there is no gc");
  for (let i = 0; i < 3; i++) {
    Reflect.apply(collect, undefined, []);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

const HOUR = 3600;

/** Waits for what comes from outside, while what was deferred is done and no time passes. */
async function outside<T>(runtime: VirtualRuntime, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = (): void => {
    settled = true;
  };
  promise.then(done, done);
  while (!settled) {
    await runtime.runUntilIdle();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}

test("a day of churn in virtual time leaves the memory flat, and the journal within its bounds", async () => {
  const runtime = new VirtualRuntime();
  const start = Date.UTC(2026, 0, 1);
  const rig = await outside(
    runtime,
    HostRig.start({
      runtime,
      clock: () => start + runtime.now(),
      config: { journal: { entries: 5000, days: 1 } },
    }),
  );
  const asked = <T>(promise: Promise<T>): Promise<T> => outside(runtime, promise);
  const { core, journal } = rig.host;
  const nic = core.addRootDevice("nic0");
  let probes = 0;
  await core.auxiliary.register(
    {
      name: "eth",
      idTable: [{ name: "nic.eth" }],
      probe(device) {
        // One in ten does not work.
        if (++probes % 10 === 0) throw new Error(`no link on ${device.name}`);
      },
    },
    { module: "eth" },
  );
  const measured: number[] = [];
  for (let second = 0; second < 24 * HOUR; second++) {
    const device = await core.auxiliary.create(nic, { module: "nic", name: "eth", id: second % 1000 });
    if (second % 60 === 0) {
      // An operator looks in, and does something, in real time.
      await asked(rig.client.get("/v1/snapshot"));
      const body = { bus: "auxiliary", device: device.name };
      await asked(rig.client.post("/v1/rebind", { body }).catch(() => undefined));
      await asked(rig.client.put("/v1/override", { body: { ...body, driver: `d${second}` } }));
      await asked(rig.client.put("/v1/override", { body: { ...body, driver: null } }));
    }
    if (second % 3600 === 0) {
      await asked(rig.client.post("/v1/power/suspend"));
      await asked(rig.client.post("/v1/power/resume"));
    }
    await device.destroy();
    await runtime.advance(1000);
    if (second % (4 * HOUR) === 0) measured.push(await used());
  }
  measured.push(await used());
  // What is made once is made in the first hours.
  const growth = (measured.at(-1) ?? 0) - (measured[2] ?? 0);
  expect(growth, `bytes at each fourth hour: ${measured.join(", ")}`).toBeLessThan(3_000_000);
  expect(await asked(rig.client.get("/v1/settings"))).toEqual({ settings: [] });
  expect(journal.cursor).toBeGreaterThan(300_000);
  const { entries } = await asked(journal.bounds());
  expect(entries).toBeLessThanOrEqual(5000 + 4000);
  expect(journal.status()).toMatchObject({ state: "ok", lost: 0 });
  await asked(rig.host.stop());
}, 300_000);
