import type { Contender } from "../contender.ts";

/** Microseconds to attach and detach one more unit while `n` are live. */
export async function churn(contender: Contender, n: number, cycles: number): Promise<number> {
  const host = await contender.open();
  for (let i = 0; i < n; i++) await host.attach(i);
  let next = n;
  const run = async (count: number): Promise<number> => {
    const start = performance.now();
    for (let i = 0; i < count; i++) await host.detach(await host.attach(next++));
    return ((performance.now() - start) * 1000) / count;
  };
  await run(Math.ceil(cycles / 4));
  return run(cycles);
}

/** Microseconds a unit to attach `n` and detach them again, the last first. */
export async function fillDrain(contender: Contender, n: number): Promise<number> {
  const host = await contender.open();
  const start = performance.now();
  const units: unknown[] = [];
  for (let i = 0; i < n; i++) units.push(await host.attach(i));
  for (let i = n - 1; i >= 0; i--) await host.detach(units[i]);
  return ((performance.now() - start) * 1000) / n;
}

/** Bytes of heap that one attached unit keeps. */
export async function bytes(contender: Contender, n: number): Promise<number> {
  const host = await contender.open();
  const units: unknown[] = Array.from({ length: n }, () => undefined);
  for (let i = 0; i < 100; i++) await host.detach(await host.attach(i));
  const used = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  for (let i = 0; i < n; i++) units[i] = await host.attach(i);
  return (used() - before) / n;
}
