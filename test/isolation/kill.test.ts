// kill -9 at any moment: of a probe, of calls in both directions, of a remove.
import process from "node:process";
import { type AuxiliaryDevice, errnoOf } from "auxbus";
import { Random } from "@auxbus/sim_sof_dsp";
import { expect, test } from "vitest";
import { PuppetRig } from "./puppets.ts";

const KILLS = 200;

/** What may be going on when the process is killed. */
type Action = (device: AuxiliaryDevice) => Promise<unknown>;

const ACTIONS: Readonly<Record<string, Action>> = {
  "probe and remove": async (device) => {
    await device.unbind();
    await device.attach();
  },
  call: (device) =>
    Promise.all([device.call("echo", 1), device.call("ask", new Uint8Array(100)), device.call("count")]),
  "call back": (device) => device.call("callBack", () => device.core.runtime.now()),
};

test(
  `a process that is killed at ${KILLS} random moments never leaves a device half bound`,
  { timeout: 180_000 },
  async () => {
    const random = new Random(9);
    const rig = new PuppetRig({ policy: { most: Number.POSITIVE_INFINITY, backoff: 1, longestBackoff: 1 } });
    await rig.load("process");
    let device = await rig.puppet();
    const codes = new Set<string>();
    for (let i = 0; i < KILLS; i++) {
      const names = Object.keys(ACTIONS);
      const name = names[Math.floor(random.next() * names.length)] ?? "call";
      const [{ pid } = { pid: null }] = rig.isolation.hosts();
      expect(pid, `before kill ${i}`).not.toBeNull();
      rig.watchHosts(false);
      const acting = ACTIONS[name]?.(device).then(
        () => codes.add("ok"),
        (error: unknown) => codes.add(errnoOf(error)),
      );
      // A moment on the scale of what is going on: messages take some 30 µs each.
      for (const until = performance.now() + random.next() * 2; performance.now() < until;) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      process.kill(pid ?? 0, "SIGKILL");
      await acting;
      await rig.until(() => rig.errors.length > i);
      await rig.until(() => device.driver === null && rig.puppeteer.held === 0);
      // Not bound, and nothing of the binding is left.
      expect(device.runtimePm.usageCount, `${name}, kill ${i}`).toBe(0);
      expect(rig.core.explain(device).references.count, `${name}, kill ${i}`).toBe(1);
      expect([...(rig.core.auxiliary.findDriver("puppet")?.devices() ?? [])]).toEqual([]);
      rig.watchHosts(true);
      await rig.bound(device);
      expect(rig.puppeteer.held).toBe(1);
      expect(device.runtimePm.usageCount).toBe(1);
      expect(await rig.run(device.call("echo", i))).toEqual([i]);
      if (random.next() < 0.1) {
        await rig.run(device.destroy());
        device = await rig.puppet();
      }
    }
    expect(codes, "it was hit in the middle of things, and between them").toContain("EIO");
    expect(codes).toContain("ok");
    await rig.end();
  },
);
