import {
  Bus,
  type BusNotification,
  BusError,
  Device,
  type Driver,
  DriverCore,
  IdAllocator,
  Module,
  systemRuntime,
} from "auxbus";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

class SpiDevice extends Device {
  readonly compatible: string;
  constructor(bus: SpiBus, parent: Device | null, name: string, compatible: string) {
    super(bus.core, { name, parent, bus });
    this.compatible = compatible;
  }
}

class SpiBus extends Bus<SpiDevice> {
  readonly calls: string[] = [];
  constructor() {
    super("spi");
  }
  override match(device: SpiDevice, driver: Driver): unknown {
    if (device.compatible === "broken") throw new Error("no compatible");
    return driver.name.startsWith(device.compatible) ? { compatible: device.compatible } : false;
  }
  override ueventEnv(device: SpiDevice): Record<string, string> {
    if (device.compatible === "broken") throw new Error("no");
    return { MODALIAS: `spi:${device.compatible}` };
  }
  override deviceAttributes(device: SpiDevice): Record<string, { show(): string }> {
    return { modalias: { show: () => `spi:${device.compatible}\n` } };
  }
  override remove(device: SpiDevice, driver: Driver): void {
    this.calls.push(`bus remove ${device.name} ${driver.name}`);
    void driver.definition.remove?.(device);
  }
}

test("a bus of one's own: matching, ids, files, notifications", async () => {
  const rig = new Rig();
  const bus = rig.core.addBus(new SpiBus());
  expect(() => rig.core.addBus(new SpiBus())).toThrow(/EEXIST/);
  const notes: string[] = [];
  const subscription = bus.subscribe((event: BusNotification, device) => notes.push(`${event} ${device.name}`));
  const ids: unknown[] = [];
  const driver = await bus.register(
    {
      name: "flash-w25",
      probe: (device, id) => void ids.push([device.compatible, id]),
      shutdown: (device) => void ids.push(`down ${device.name}`),
    },
    { module: new Module("spi_flash") },
  );
  const device = new SpiDevice(bus, rig.nic, "spi0.0", "flash");
  await device.add();
  expect(ids).toEqual([["flash", { compatible: "flash" }]]);
  expect(device.driver).toBe(driver);
  expect([...driver.devices()]).toEqual([device]);
  expect(device.modalias).toBe("spi:flash");
  expect(rig.core.sysfs.list("devices/nic0/spi0.0")).toEqual([
    "driver",
    "driver_override",
    "modalias",
    "power",
    "subsystem",
    "uevent",
  ]);
  expect(rig.core.sysfs.read("bus/spi/devices/spi0.0/modalias")).toBe("spi:flash\n");
  expect(rig.core.sysfs.read("bus/spi/devices/spi0.0/driver_override")).toBe("(null)\n");
  expect(await outcome(bus.bind("flash-w25", "spi0.0"))).toBe("EBUSY");
  await bus.unbind("flash-w25", "spi0.0");
  await bus.bind("flash-w25", "spi0.0");
  await rig.core.shutdown();
  expect(ids.at(-1)).toBe("down spi0.0");
  await device.destroy();
  expect(bus.calls).toEqual(["bus remove spi0.0 flash-w25", "bus remove spi0.0 flash-w25"]);
  expect(notes.slice(0, 5)).toEqual([
    "add-device spi0.0",
    "bind-driver spi0.0",
    "bound-driver spi0.0",
    "unbind-driver spi0.0",
    "unbound-driver spi0.0",
  ]);
  expect(notes.slice(-4)).toEqual([
    "delete-device spi0.0",
    "unbind-driver spi0.0",
    "unbound-driver spi0.0",
    "removed-device spi0.0",
  ]);
  subscription[Symbol.dispose]();
  const errors: string[] = [];
  rig.core.log.subscribe(({ message }) => void errors.push(message));
  const broken = new SpiDevice(bus, null, "broken", "broken");
  await broken.add();
  expect(errors).toEqual([
    "broken: its bus could not describe it: no",
    "broken: bus spi could not match driver flash-w25: no compatible",
  ]);
  expect(() => rig.core.removeBus(bus)).toThrow(/EBUSY.*1 devices and 1 drivers/);
  await broken.destroy();
  await driver.unregister();
  rig.core.removeBus(bus);
  expect(() => rig.core.removeBus(bus)).toThrow(/ENODEV/);
  expect(() => bus.core).toThrow(/ENODEV.*addBus/);
  await rig.end();
});

test("devices of a bus that only sees drivers register later are found, in order", async () => {
  const rig = new Rig();
  const bus = rig.core.addBus(new SpiBus());
  const devices = ["a", "b", "c"].map((name) => new SpiDevice(bus, rig.nic, name, name === "b" ? "other" : "flash"));
  for (const device of devices) await device.add();
  const probed: string[] = [];
  const driver = await bus.register(
    { name: "flash", probe: (device) => void probed.push(device.name) },
    { module: "m" },
  );
  expect(probed).toEqual(["a", "c"]);
  expect([...bus.devices(devices[0])].map((d) => d.name)).toEqual(["b", "c"]);
  expect(bus.find("b")).toBe(devices[1]);
  await driver.unregister();
  for (const device of devices) await device.destroy();
  await rig.end();
});

test("a bus of one's own heeds overrides, and need not hand out ids", async () => {
  class AnyBus extends Bus {
    override match(): unknown {
      return true;
    }
  }
  const rig = new Rig();
  const bus = rig.core.addBus(new AnyBus("any"));
  const probes: unknown[] = [];
  for (const name of ["a", "b"]) {
    await bus.register({ name, probe: (device, id) => void probes.push([name, device.name, id]) }, { module: "m" });
  }
  const device = new Device(rig.core, { name: "x", parent: rig.nic, bus });
  device.setDriverOverride("b");
  await device.add();
  device.setDriverOverride("");
  expect(device.driverOverride).toBeNull();
  const late = await bus.register({ name: "late", probe: () => void probes.push("late") }, { module: "m" });
  expect([...late.devices()]).toEqual([]);
  await device.unbind();
  await bus.rescan("x");
  expect(probes).toEqual([
    ["b", "x", undefined],
    ["a", "x", undefined],
  ]);
  await device.unbind();
  for (const driver of [...bus.drivers()]) await driver.unregister();
  expect(rig.core.explain(device).summary).toBe("no registered driver matches");
  await rig.end();
});

test("a bus matches nobody unless it says so", async () => {
  const rig = new Rig();
  const bus = rig.core.addBus(new Bus("plain"));
  const driver = await bus.register({ name: "d" }, { module: "m" });
  const device = new Device(rig.core, { name: "dev", bus });
  await device.add();
  expect(device.driver).toBeNull();
  expect(device.modalias).toBeUndefined();
  device.setDriverOverride("d");
  expect(await device.attach(), "a driver without callbacks binds").toBe(true);
  await device.destroy();
  await driver.unregister();
  rig.core.removeBus(bus);
  await rig.end();
});

test("an override names the only driver that may bind", async () => {
  const rig = new Rig();
  await rig.register({ name: "usual" });
  const device = await rig.create();
  const path = "devices/nic0/m.x.0";
  expect(rig.core.sysfs.exists(`${path}/driver_override`), "as on Linux, until it is used").toBe(false);
  device.setDriverOverride(null);
  device.setDriverOverride("vfio.x");
  expect(device.driver?.name, "what is bound stays").toBe("drv.usual");
  await device.unbind();
  expect(await device.attach()).toBe(false);
  expect(rig.core.explain(device).summary).toContain("only driver vfio.x may bind");
  const ids: unknown[] = [];
  const vfio = await rig.core.auxiliary.register(
    { name: "x", idTable: [{ name: "other.thing" }], probe: (_device, id) => void ids.push(id) },
    { module: "vfio" },
  );
  expect(device.driver, "it does not match, so it is not tried by itself").toBeNull();
  await rig.core.auxiliary.bind("vfio.x", "m.x.0");
  expect(device.driver).toBe(vfio);
  expect(ids).toEqual([{ name: "m.x" }]);
  expect(rig.core.sysfs.read(`${path}/driver_override`)).toBe("vfio.x\n");
  await rig.core.sysfs.write(`${path}/driver_override`, "\n");
  await device.unbind();
  await rig.core.auxiliary.rescan("m.x.0");
  expect(device.driver?.name).toBe("drv.usual");
  await rig.end();
});

test("an asynchronously disposed driver and device go, whatever their state", async () => {
  const rig = new Rig();
  {
    await using driver = await rig.register();
    await using device = await rig.create();
    expect(device.driver).toBe(driver);
    await using again = device;
    expect(again).toBe(device);
  }
  const driver = await rig.register();
  await driver.unregister();
  await driver[Symbol.asyncDispose]();
  await rig.end();
});

test("parents must be there, and devices need names", async () => {
  const rig = new Rig();
  const { auxiliary } = rig.core;
  const parent = auxiliary.init(rig.nic, { module: "m", name: "p", id: 0 });
  expect(await outcome(auxiliary.create(parent, { module: "m", name: "x" }))).toBe("ENOENT");
  await parent.add();
  await parent.delete();
  expect(await outcome(auxiliary.create(parent, { module: "m", name: "x" }))).toBe("ENODEV");
  parent.uninit();
  expect(() => auxiliary.init(JSON.parse("null"), { name: "x", id: 0 })).toThrow(/EINVAL.*NULL dev->parent/);
  expect(() => auxiliary.init(rig.nic, { name: "", id: 0 })).toThrow(/EINVAL.*NULL name/);
  const anonymous = auxiliary.init(rig.nic, { name: "x", id: 0 });
  expect(await outcome(anonymous.add())).toBe("EINVAL");
  await anonymous.add({ module: "late" });
  expect(anonymous.name).toBe("late.x.0");
  await anonymous.destroy();
  expect(await outcome(auxiliary.create(rig.nic, { module: "m", name: "" }))).toBe("EINVAL");
  await expect(auxiliary.register({ idTable: [] }, { module: "m" })).rejects.toThrow(/EINVAL.*no probe/);
  await expect(auxiliary.register({ probe() {} }, { module: "m" })).rejects.toThrow(/EINVAL.*no id table/);
  await expect(auxiliary.register({ probe() {}, idTable: [{ name: "" }] }, { module: "m" })).rejects.toThrow(
    /EINVAL.*no name/,
  );
  await auxiliary.register({ probe() {}, idTable: [] }, { module: "empty" });
  await rig.end();
});

test("references are counted, and their holders are shown", async () => {
  const rig = new Rig();
  const device = await rig.create();
  device.get("console").get("console").get("log").get();
  expect(rig.core.explain(device).references).toEqual({ count: 5, holders: { console: 2, log: 1 } });
  device.put("console");
  device.put("log");
  device.put();
  expect(rig.core.explain(device).references).toEqual({ count: 2, holders: { console: 1 } });
  await device.destroy();
  expect(device.state).toBe("deleted");
  device.put("console");
  expect(device.state).toBe("released");
  const plain = rig.core.auxiliary.init(rig.nic, { module: "m", name: "x", id: 1 });
  plain.put();
  expect(plain.state).toBe("released");
  await rig.end();
});

test("ids are the lowest free ones, whatever comes and goes", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 200, size: "max" }), (choices) => {
      const ids = new IdAllocator();
      const used = new Set<number>();
      for (const choice of choices) {
        if (choice % 3 === 0 && used.size > 0) {
          const [id = 0] = [...used].toSorted((a, b) => ((a * 7 + choice) % 13) - ((b * 7 + choice) % 13));
          ids.free(id);
          used.delete(id);
        } else {
          const id = ids.alloc();
          let lowest = 0;
          while (used.has(lowest)) lowest++;
          expect(id).toBe(lowest);
          used.add(id);
        }
        expect(ids.size).toBe(used.size);
      }
    }),
  );
});

test("modules are pinned by their users", () => {
  const module = new Module("mlx5_core");
  expect(() => new Module("")).toThrow(/EINVAL/);
  module.get("mlx5_ib");
  module.get("mlx5_ib");
  module.get();
  expect(module).toMatchObject({ refs: 3, going: false });
  expect(module.users()).toEqual(["mlx5_ib", "unknown"]);
  expect(() => module.startGoing()).toThrow("EBUSY: module mlx5_core is in use by mlx5_ib, unknown");
  module.put("mlx5_ib");
  module.put("mlx5_ib");
  expect(() => module.put("mlx5_ib")).toThrow(/EINVAL.*holds no reference/);
  module.put();
  module.startGoing();
  expect(module.going).toBe(true);
  expect(() => module.get("late")).toThrow(/ENODEV.*being unloaded/);
});

test("errors carry the errno, its number, the operation and the cause", () => {
  const cause = new Error("why");
  const error = new BusError("EPROBE_DEFER", "not yet", { op: "probe", device: "d", driver: "r", cause });
  expect(error).toMatchObject({
    name: "BusError",
    code: "EPROBE_DEFER",
    errno: 517,
    op: "probe",
    device: "d",
    driver: "r",
    cause,
  });
  expect(error.message).toBe("EPROBE_DEFER: not yet");
  const plain = new BusError("EINVAL", "x");
  expect([plain.errno, plain.cause, plain.op]).toEqual([22, undefined, undefined]);
});

test("what a callback throws keeps its errno, whatever it is", async () => {
  const rig = new Rig();
  const thrown: unknown[] = [
    Object.assign(new Error("disk"), { code: "ENOSPC" }),
    "text",
    { code: "EACCES" },
    Object.assign(new Error("odd"), { code: "EWHAT" }),
  ];
  await rig.register({
    more: {
      probe(device) {
        throw thrown[device.id];
      },
    },
  });
  const codes: (string | undefined)[] = [];
  for (const id of thrown.keys()) codes.push(rig.core.explain(await rig.create("x", id)).drivers[0]?.code);
  expect(codes).toEqual(["ENOSPC", "EIO", "EACCES", "EIO"]);
  await rig.end();
});

test("the system runtime tells time, sets timers that do not keep the process, and defers", async () => {
  const core = new DriverCore();
  expect(core.runtime).toBe(systemRuntime);
  const start = systemRuntime.now();
  let cancelled = false;
  systemRuntime.setTimer(() => (cancelled = true), 0).cancel();
  await new Promise<void>((resolve) => systemRuntime.defer(resolve));
  await new Promise<void>((resolve) => {
    const keep = setTimeout(() => undefined, 1000);
    systemRuntime.setTimer(() => {
      clearTimeout(keep);
      resolve();
    }, 1);
  });
  expect(cancelled).toBe(false);
  expect(systemRuntime.now()).toBeGreaterThan(start);
});

test("a platform without setImmediate and with numbers for timers will do", async () => {
  vi.stubGlobal("setImmediate", undefined);
  vi.stubGlobal("setTimeout", (fn: () => void) => {
    queueMicrotask(fn);
    return 1;
  });
  vi.resetModules();
  const { systemRuntime: plain } = await import("../../packages/auxbus/src/runtime.ts");
  const done: string[] = [];
  plain.defer(() => done.push("deferred"));
  plain.setTimer(() => done.push("timer"), 0);
  vi.unstubAllGlobals();
  await Promise.resolve();
  expect(done).toEqual(["deferred", "timer"]);
});

test("the log reaches its subscribers, with level, device and time", async () => {
  const rig = new Rig();
  const records: unknown[] = [];
  const subscription = rig.core.log.subscribe((record) => records.push(record));
  const { log } = rig.core;
  log.debug("a");
  log.info("b", { device: "d" });
  log.warn("c", { driver: "r" });
  log.error("e", { error: 1 });
  subscription[Symbol.dispose]();
  log.info("unheard");
  expect(records).toEqual([
    { level: "debug", message: "a", time: 0 },
    { level: "info", message: "b", device: "d", time: 0 },
    { level: "warn", message: "c", driver: "r", time: 0 },
    { level: "error", message: "e", error: 1, time: 0 },
  ]);
  await rig.end();
});
