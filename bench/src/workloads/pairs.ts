import { defineAuxiliaryDriver, DriverCore } from "auxbus";
import { Context as Context3 } from "cordis3";
import { Context as Context4 } from "cordis4";

/** Milliseconds until `n` consumers are up that wait for a supplier each, and until all are down again. */
export interface UpDown {
  readonly up: number;
  readonly down: number;
}

export async function auxbusPairs(n: number): Promise<UpDown> {
  const core = new DriverCore();
  const nic = core.addRootDevice("nic0");
  let consumers = 0;
  await core.auxiliary.register(
    defineAuxiliaryDriver({
      name: "c",
      idTable: [{ name: "pair.consumer" }],
      probe: () => void consumers++,
      remove: () => void consumers--,
    }),
    { module: "m" },
  );
  const start = performance.now();
  for (let id = 0; id < n; id++) {
    // Before its supplier has a driver, the consumer waits.
    const supplier = await core.auxiliary.create(nic, { module: "pair", name: "supplier", id });
    const consumer = core.auxiliary.init(nic, { module: "pair", name: "consumer", id });
    core.link(consumer, supplier);
    await consumer.add();
  }
  if (consumers !== 0) throw new Error("consumers did not wait");
  const supplier = await core.auxiliary.register(
    defineAuxiliaryDriver({ name: "s", idTable: [{ name: "pair.supplier" }], probe() {}, remove() {} }),
    { module: "m" },
  );
  await core.settle();
  const up = performance.now() - start;
  if (consumers !== n) throw new Error(`${consumers} of ${n} consumers are up`);
  const downStart = performance.now();
  await supplier.unregister();
  const down = performance.now() - downStart;
  if (consumers !== 0) throw new Error("consumers are still up");
  return { up, down };
}

export async function cordis3Pairs(n: number): Promise<UpDown> {
  const root = new Context3();
  await root.start();
  let consumers = 0;
  const start = performance.now();
  for (let i = 0; i < n; i++) {
    root.plugin({
      name: `consumer${i}`,
      inject: [`service${i}`],
      apply(ctx: Context3) {
        consumers++;
        ctx.on("dispose", () => void consumers--);
      },
    });
  }
  const suppliers = [];
  for (let i = 0; i < n; i++) {
    suppliers.push(
      root.plugin({
        name: `supplier${i}`,
        apply(ctx: Context3) {
          ctx.provide(`service${i}`);
          ctx.set(`service${i}`, { i });
        },
      }),
    );
  }
  await settled(() => consumers === n);
  const up = performance.now() - start;
  const downStart = performance.now();
  for (const supplier of suppliers) supplier.dispose();
  await settled(() => consumers === 0);
  return { up, down: performance.now() - downStart };
}

export async function cordis4Pairs(n: number): Promise<UpDown> {
  const root = new Context4();
  let consumers = 0;
  const start = performance.now();
  for (let i = 0; i < n; i++) {
    root.plugin({
      name: `consumer${i}`,
      inject: [`service${i}`],
      apply(ctx: Context4) {
        consumers++;
        ctx.effect(() => () => void consumers--);
      },
    });
  }
  const suppliers = [];
  for (let i = 0; i < n; i++) {
    const fiber = root.plugin({
      name: `supplier${i}`,
      apply(ctx: Context4) {
        ctx.effect(() => ctx.reflect.provide(`service${i}`, { i }));
      },
    });
    suppliers.push({ fiber });
  }
  await settled(() => consumers === n);
  const up = performance.now() - start;
  const downStart = performance.now();
  for (const { fiber } of suppliers) await fiber.dispose();
  await settled(() => consumers === 0);
  return { up, down: performance.now() - downStart };
}

async function settled(done: () => boolean): Promise<void> {
  for (let turn = 0; !done(); turn++) {
    if (turn > 1_000_000) throw new Error("pairs do not settle");
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
