import { type AuxiliaryDevice, defineAuxiliaryDriver, type Device, DriverCore } from "auxbus";

const driver = (idName: string): ReturnType<typeof defineAuxiliaryDriver> =>
  defineAuxiliaryDriver({ name: idName.replace(".", "-"), idTable: [{ name: idName }], probe() {}, remove() {} });

async function filled(n: number, drivers: readonly string[]): Promise<{ core: DriverCore; nic: Device }> {
  const core = new DriverCore();
  const nic = core.addRootDevice("nic0");
  for (const name of drivers) await core.auxiliary.register(driver(name), { module: "m" });
  for (let id = 0; id < n; id++) await core.auxiliary.create(nic, { module: "mlx5_core", name: "rdma", id });
  return { core, nic };
}

async function perCall(count: number, fn: (i: number) => Promise<unknown> | void): Promise<number> {
  for (let i = 0; i < count / 4; i++) await fn(i);
  const start = performance.now();
  for (let i = 0; i < count; i++) await fn(i);
  return ((performance.now() - start) * 1000) / count;
}

/** Microseconds for create and destroy at 10,000 live devices, with `n` drivers that do not match. */
export async function besideDrivers(n: number): Promise<number> {
  const names = Array.from({ length: n }, (_, i) => `other.dev${i}`);
  const { core, nic } = await filled(10_000, ["mlx5_core.rdma", ...names]);
  let id = 10_000;
  return perCall(100_000, async () => {
    const device = await core.auxiliary.create(nic, { module: "mlx5_core", name: "rdma", id: id++ });
    await device.destroy();
  });
}

/** Microseconds for create and destroy of one and the same name, over and over, beside `n` devices. */
export async function sameName(n: number): Promise<number> {
  const { core, nic } = await filled(n, ["mlx5_core.rdma"]);
  return perCall(100_000, async () => {
    const device = await core.auxiliary.create(nic, { module: "mlx5_core", name: "rdma", id: n });
    await device.destroy();
  });
}

/** Microseconds to register and unregister a driver that matches none of `n` devices. */
export async function registerBeside(n: number): Promise<number> {
  const { core } = await filled(n, []);
  const other = driver("other.dev");
  return perCall(10_000, async () => {
    const registered = await core.auxiliary.register(other, { module: "m" });
    await registered.unregister();
  });
}

/** Milliseconds until all of `n` waiting devices are bound to a driver that registers. */
export async function registerOver(n: number): Promise<number> {
  const { core } = await filled(n, []);
  const start = performance.now();
  const registered = await core.auxiliary.register(driver("mlx5_core.rdma"), { module: "m" });
  const took = performance.now() - start;
  let bound = 0;
  for (const _ of registered.devices()) bound++;
  if (bound !== n) throw new Error(`${bound} of ${n} devices are bound`);
  return took;
}

/** Microseconds to find a device in the middle of `n` by name. */
export async function find(n: number): Promise<number> {
  const { core } = await filled(n, []);
  const name = `mlx5_core.rdma.${n >> 1}`;
  let found = 0;
  const took = await perCall(200_000, () => {
    if (core.auxiliary.find(name) !== undefined) found++;
  });
  if (found === 0) throw new Error(`${name} was not found`);
  return took;
}

/** Microseconds to unbind and bind a device in the middle of `n` by name. */
export async function bindByName(n: number): Promise<number> {
  const { core } = await filled(n, ["mlx5_core.rdma"]);
  const name = `mlx5_core.rdma.${n >> 1}`;
  return perCall(50_000, async () => {
    await core.auxiliary.unbind("m.mlx5_core-rdma", name);
    await core.auxiliary.bind("m.mlx5_core-rdma", name);
  });
}

/** Microseconds that one uevent costs for one subscriber that keeps what it needs of it. */
export async function uevents(n: number): Promise<number> {
  const { core } = await filled(n, []);
  const device = core.auxiliary.find("mlx5_core.rdma.0");
  let heard = 0;
  using _subscription = core.uevents.subscribe((event) => {
    if (event.devpath.length > 0) heard++;
  });
  const took = await perCall(500_000, () => device?.uevent("change"));
  if (heard === 0) throw new Error("no uevent was heard");
  return took;
}

interface Counter {
  add(by: number): number;
}

/** Nanoseconds that a contract call through the revocable handle costs more than a direct one. */
export async function handleCall(): Promise<number> {
  const core = new DriverCore();
  const nic = core.addRootDevice("nic0");
  let handle: unknown;
  await core.auxiliary.register(
    defineAuxiliaryDriver({
      idTable: [{ name: "mlx5_core.rdma" }],
      probe(device: AuxiliaryDevice) {
        handle = device.shared;
      },
    }),
    { module: "m" },
  );
  const direct: Counter = counter();
  await core.auxiliary.create(nic, { module: "mlx5_core", name: "rdma", shared: counter() });
  const isCounter = (value: unknown): value is Counter => typeof value === "object" && value !== null && "add" in value;
  if (!isCounter(handle)) throw new Error("the driver got no handle");
  const calls = 20_000_000;
  const time = (target: Counter): number => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) target.add(1);
    return ((performance.now() - start) * 1e6) / calls;
  };
  time(direct);
  time(handle);
  const [d, h] = [time(direct), time(handle)];
  return h - d;
}

function counter(): Counter {
  let sum = 0;
  return {
    add(by) {
      sum += by;
      return sum;
    },
  };
}
