import { type AuxiliaryDevice, BusError, type Device, type DeviceLinkOptions, type Driver } from "auxbus";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Outcome, Rig } from "../support/rig.ts";
import { Observer } from "./observer.ts";

const NAMES = ["a", "b"] as const;
const OUTCOMES = ["ok", "ok", "ENODEV", "EIO", "EPROBE_DEFER"] as const satisfies readonly Outcome[];
const LINKS: readonly DeviceLinkOptions[] = [
  {},
  { autoremoveConsumer: true },
  { autoremoveSupplier: true },
  { autoprobeConsumer: true },
  { stateless: true },
];

const step = fc.record({
  op: fc.constantFrom(
    ...([
      "create",
      "create",
      "create",
      "register",
      "register",
      "destroy",
      "delete",
      "unregister",
      "bind",
      "unbind",
      "unbind device",
      "rescan",
      "autoprobe",
    ] as const),
    ...(["get", "put", "link", "suspend", "resume", "override", "call", "wait", "wait"] as const),
  ),
  a: fc.nat(100),
  b: fc.nat(100),
  takes: fc.constantFrom(undefined, undefined, 1, 7, 30),
  async: fc.boolean(),
  outcomes: fc.array(fc.constantFrom(...OUTCOMES), { minLength: 1, maxLength: 3 }),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class World {
  readonly rig = new Rig();
  readonly observer = new Observer(this.rig);
  readonly devices: AuxiliaryDevice[] = [];
  readonly drivers: Driver[] = [];
  readonly flights: Promise<void>[] = [];
  readonly refs: Device[] = [];
  created = 0;
  /** Nobody has kept the deferred probes from running. */
  mayDefer = true;

  pick<T>(items: readonly T[], n: number): T | undefined {
    return items[n % Math.max(1, items.length)];
  }

  /** Starts an operation and does not wait for it. Whatever it is refused with is a BusError. */
  fly(promise: Promise<unknown> | undefined): void {
    if (promise === undefined) return;
    this.flights.push(
      promise.then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof BusError) return;
          throw error;
        },
      ),
    );
  }

  async apply({ op, a, b, takes, async, outcomes }: Step): Promise<void> {
    const { core, nic, runtime } = this.rig;
    const device = this.pick(this.devices, a);
    const driver = this.pick(this.drivers, b);
    switch (op) {
      case "create": {
        const parent = a % 4 === 0 && device !== undefined ? device : nic;
        const create = core.auxiliary.create(parent, {
          module: "m",
          name: NAMES[a % NAMES.length] ?? "a",
          ...(b % 3 === 0 ? { id: b % 5 } : {}),
          release: (d) => this.observer.release(d),
        });
        this.created++;
        this.fly(create.then((made) => this.devices.push(made)));
        break;
      }
      case "register": {
        const name = `r${b % 4}`;
        const base = this.rig.driver({
          name,
          ids: a % 3 === 0 ? ["m.a", "m.b"] : [`m.${NAMES[a % NAMES.length]}`],
          probe: outcomes,
          ...(takes === undefined ? {} : { takes }),
          actions: b % 3,
          more: { probeType: async ? "async" : "default", handlers: { poke: () => this.rig.after(3) } },
        });
        this.fly(
          core.auxiliary
            .register(this.observer.watch(`d.${name}`, base), { module: "d" })
            .then((made) => this.drivers.push(made)),
        );
        break;
      }
      case "destroy":
        this.fly(device?.destroy());
        break;
      case "delete":
        this.fly(device?.delete().then(() => device.uninit()));
        break;
      case "unregister":
        this.fly(driver?.unregister());
        break;
      case "bind":
        this.fly(core.auxiliary.bind(`d.r${b % 4}`, device?.name ?? "m.a.0"));
        break;
      case "unbind":
        this.fly(core.auxiliary.unbind(`d.r${b % 4}`, device?.name ?? "m.a.0"));
        break;
      case "unbind device":
        this.fly(device?.unbind());
        break;
      case "rescan":
        this.fly(core.auxiliary.rescan(device?.name ?? "m.a.0"));
        break;
      case "autoprobe":
        core.auxiliary.autoprobe = b % 3 !== 0;
        this.mayDefer = false;
        break;
      case "get":
        if (device !== undefined && device.state !== "released") this.refs.push(device.get());
        break;
      case "put":
        this.refs.pop()?.put();
        break;
      case "link": {
        const other = this.pick(this.devices, b);
        if (device === undefined || other === undefined || device.state !== "added") break;
        try {
          core.link(device, other, this.pick(LINKS, a + b));
        } catch (error) {
          expect(error).toBeInstanceOf(BusError);
        }
        break;
      }
      case "suspend":
        this.fly(core.power.suspend());
        break;
      case "resume":
        this.fly(core.power.resume());
        break;
      case "override":
        this.mayDefer = false;
        device?.setDriverOverride(b % 2 === 0 ? null : `d.r${b % 4}`);
        break;
      case "call":
        this.fly(device?.call("poke"));
        break;
      case "wait":
        await runtime.advance(a % 20);
        break;
    }
  }

  /** Lets everything that is going on end. What has not ended after a day of virtual time hangs. */
  async settle(): Promise<void> {
    const { runtime, core } = this.rig;
    let settled = false;
    const all = Promise.all(this.flights).then(() => core.settle());
    const done = all.finally(() => {
      settled = true;
    });
    // Its failure is awaited below.
    done.catch(() => undefined);
    for (const end = runtime.now() + 86_400_000; !settled && runtime.now() < end;) {
      await runtime.runUntilIdle();
      const next = runtime.nextTimer;
      if (next !== undefined && !settled) await runtime.advance(next - runtime.now());
      else if (!settled) await new Promise<void>((resolve) => setImmediate(resolve));
      if (next === undefined && !settled) {
        await runtime.runUntilIdle();
        if (!settled && runtime.nextTimer === undefined) break;
      }
    }
    expect(settled, "something hangs").toBe(true);
    await done;
  }

  async end(): Promise<void> {
    const { rig } = this;
    await this.settle();
    this.observer.consistent();
    if (rig.core.power.suspended) await rig.run(rig.core.power.resume());
    await rig.run(rig.core.settle());
    // No lost wake-up: a device that waits was tried after the last bind, unless something kept it from that.
    // (Whoever waited for a supplier whose link is gone waits for the next bind, as on Linux.)
    for (const { device, reason } of this.mayDefer ? rig.core.deferred.list() : []) {
      if (reason.startsWith("supplier ")) continue;
      expect(this.observer.triedAfterLastBind(device), `${device.name} was forgotten`).toBe(true);
    }
    for (const driver of [...rig.core.auxiliary.drivers()]) await rig.run(driver.unregister());
    for (let left = [...rig.core.auxiliary.devices()]; left.length > 0; left = [...rig.core.auxiliary.devices()]) {
      const leaf = left.find((device) => [...device.children()].length === 0);
      if (leaf === undefined) return expect.unreachable("there is a circle of children");
      await rig.run(leaf.destroy());
    }
    for (const ref of this.refs) ref.put();
    expect((await rig.create("a")).id, "ids come back").toBe(0);
    expect((await rig.create("b")).id).toBe(0);
    await rig.end();
    expect(this.observer.releases, "everything is released once").toBe(this.created);
    expect(this.devices.every((device) => device.state === "released")).toBe(true);
    expect(rig.core.work.pending).toBe(0);
    expect(rig.core.links.size).toBe(0);
  }
}

test("whatever is done at once, in whatever order, the rules of binding hold", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const world = new World();
      for (const s of steps) await world.apply(s);
      await world.end();
    }),
    { numRuns: 600 },
  );
});

// oxlint-disable-next-line vitest/expect-expect -- the world checks at each step
test("one bus through 10,000 random steps", { timeout: 120_000 }, async () => {
  const [steps] = fc.sample(fc.array(step, { minLength: 10_000, maxLength: 10_000 }), { numRuns: 1, seed: 20260 });
  const world = new World();
  for (const [i, s] of (steps ?? []).entries()) {
    await world.apply(s);
    if (i % 100 === 99) {
      await world.settle();
      world.flights.length = 0;
      world.observer.consistent();
      // Or there would be nothing left to do.
      for (const device of world.devices.splice(0, world.devices.length - 10))
        if (device.state === "added") world.fly(device.destroy());
      if (world.rig.core.power.suspended) await world.rig.run(world.rig.core.power.resume());
    }
  }
  await world.settle();
  world.flights.length = 0;
  await world.end();
});
