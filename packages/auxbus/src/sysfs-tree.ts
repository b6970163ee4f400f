import type { Bus } from "./bus.ts";
import type { DriverCore } from "./core.ts";
import type { Device } from "./device.ts";
import type { Driver } from "./driver.ts";
import { BusError, errnoOf, toError } from "./errors.ts";
import type { DeviceLink } from "./links.ts";
import { deviceFolder } from "./sysfs-device.ts";
import { writtenAction } from "./uevent.ts";
import { attributeNode, file, folder, link, type SysfsFile, type SysfsFolder, type SysfsNode } from "./sysfs-node.ts";

/** What is at a path below `/sys`. @param follow also when the last part is a link */
export function resolveNode(core: DriverCore, path: string, follow: boolean, hops = 0): SysfsNode | undefined {
  const names = path.split("/").filter((part) => part !== "" && part !== ".");
  if (names.includes("..") || hops > 8) return undefined;
  let node: SysfsNode | undefined = root(core);
  for (const [i, name] of names.entries()) {
    if (node.kind !== "folder") return undefined;
    node = node.get(name);
    if (node === undefined) return undefined;
    const last = i === names.length - 1;
    if (node.kind === "link" && (!last || follow)) {
      return resolveNode(core, [node.target, ...names.slice(i + 1)].join("/"), follow, hops + 1);
    }
  }
  return node;
}

function root(core: DriverCore): SysfsFolder {
  return folder({
    bus: {
      kind: "folder",
      names: () => [...core.buses()].map((bus) => bus.name),
      get: (name) => {
        const bus = core.findBus(name);
        return bus === undefined ? undefined : busFolder(bus);
      },
    },
    class: {
      kind: "folder",
      names: () => core.classes.keys(),
      get: (name) => {
        const devices = core.classes.get(name);
        return devices === undefined ? undefined : classLinks(devices);
      },
    },
    devices: {
      kind: "folder",
      names: () => [...[...core.roots()].map((device) => device.name), ...(core.links.size > 0 ? ["virtual"] : [])],
      get: (name) => {
        const device = core.childNamed(null, name);
        if (device !== undefined) return deviceFolder(device);
        return name === "virtual" && core.links.size > 0 ? folder({ devlink: linksFolder(core) }) : undefined;
      },
    },
    module: modulesFolder(core),
  });
}

function classLinks(devices: ReadonlyMap<string, Device>): SysfsFolder {
  return {
    kind: "folder",
    names: () => devices.keys(),
    get: (name) => {
      const device = devices.get(name);
      return device === undefined ? undefined : link(device.path);
    },
  };
}

function busFolder(bus: Bus): SysfsFolder {
  return folder({
    devices: {
      kind: "folder",
      names: () => [...bus.devices()].map((device) => device.name),
      get: (name) => {
        const device = bus.find(name);
        return device === undefined ? undefined : link(device.path);
      },
    },
    drivers: {
      kind: "folder",
      names: () => [...bus.drivers()].map((driver) => driver.name),
      get: (name) => {
        const driver = bus.findDriver(name);
        return driver === undefined ? undefined : driverFolder(driver);
      },
    },
    drivers_autoprobe: file({
      show: () => (bus.autoprobe ? "1\n" : "0\n"),
      store: (value) => {
        bus.autoprobe = !value.startsWith("0");
      },
    }),
    drivers_probe: file({ store: (value) => rescan(bus, value) }),
    uevent: file({ store: (value) => repeatUevent(bus.core, value, `/bus/${bus.name}`, "bus") }),
  });
}

/** The file has one answer to whatever keeps drivers from being tried: `EINVAL`, as the kernel's. */
async function rescan(bus: Bus, device: string): Promise<void> {
  try {
    await bus.rescan(device);
  } catch (cause) {
    if (errnoOf(cause) === "ENODEV") throw cause;
    throw new BusError("EINVAL", toError(cause).message, { op: "rescan", device, cause });
  }
}

/** Sends a uevent of a bus or driver again, for those who missed it. */
function repeatUevent(core: DriverCore, value: string, devpath: string, subsystem: string): void {
  core.uevents.emit(
    writtenAction(value),
    () => devpath,
    subsystem,
    () => ({}),
  );
}

function driverFolder(driver: Driver): SysfsFolder {
  const { bus } = driver;
  const own = driver.definition.attributes ?? {};
  const fixed = folder({
    bind: driver.bindFiles ? file({ store: (value) => bus.bind(driver.name, value) }) : undefined,
    unbind: driver.bindFiles ? file({ store: (value) => bus.unbind(driver.name, value) }) : undefined,
    module: link(`module/${driver.module.name}`),
    uevent: file({
      store: (value) => repeatUevent(bus.core, value, `/bus/${bus.name}/drivers/${driver.name}`, "drivers"),
    }),
  });
  return {
    kind: "folder",
    names: () => [...fixed.names(), ...Object.keys(own), ...[...driver.devices()].map((device) => device.name)],
    get: (name) => {
      const node = fixed.get(name) ?? attributeNode(Object.hasOwn(own, name) ? own[name] : undefined);
      if (node !== undefined) return node;
      const device = bus.find(name);
      return device?.driver === driver ? link(device.path) : undefined;
    },
  };
}

function linksFolder(core: DriverCore): SysfsFolder {
  return {
    kind: "folder",
    names: () => [...core.links].map((l) => l.name),
    get: (name) => {
      for (const l of core.links) if (l.name === name) return linkFolder(l);
      return undefined;
    },
  };
}

function linkFolder(of: DeviceLink): SysfsFolder {
  const show = (text: () => string): SysfsFile => file({ show: () => `${text()}\n` });
  return folder({
    auto_remove_on: show(() => of.autoRemoveOn),
    consumer: link(of.consumer.path),
    runtime_pm: show(() => (of.pmRuntime ? "1" : "0")),
    status: show(() => of.state),
    supplier: link(of.supplier.path),
    sync_state_only: show(() => "0"),
    uevent: file({ show: () => "" }),
  });
}

function modulesFolder(core: DriverCore): SysfsFolder {
  const modules = new Map([...core.owners.values()].map((module) => [module.name, module] as const));
  const drivers = new Map<string, Driver[]>();
  for (const bus of core.buses()) {
    for (const driver of bus.drivers()) {
      modules.set(driver.module.name, driver.module);
      drivers.set(driver.module.name, [...(drivers.get(driver.module.name) ?? []), driver]);
    }
  }
  return {
    kind: "folder",
    names: () => modules.keys(),
    get: (name) => {
      const module = modules.get(name);
      if (module === undefined) return undefined;
      const own = drivers.get(name) ?? [];
      return folder({
        drivers: folder(
          Object.fromEntries(own.map((d) => [`${d.bus.name}:${d.name}`, link(`bus/${d.bus.name}/drivers/${d.name}`)])),
        ),
        refcnt: file({ show: () => `${module.refs}\n` }),
      });
    },
  };
}
