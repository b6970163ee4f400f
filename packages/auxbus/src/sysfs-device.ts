import type { Device } from "./device.ts";
import { BusError } from "./errors.ts";
import { type DeviceLink, qualified } from "./links.ts";
import { AuxiliaryDevice } from "./auxiliary-device.ts";
import { deviceEnv } from "./device-uevent.ts";
import { attributeNode, file, folder, link, type SysfsFolder, type SysfsNode } from "./sysfs-node.ts";
import { writtenAction } from "./uevent.ts";

/** A device's folder: its files, its children, and where it belongs. */
export function deviceFolder(device: Device): SysfsFolder {
  const own = entries(device);
  return {
    kind: "folder",
    names: () => new Set([...Object.keys(own), ...[...device.children()].map((child) => child.class ?? child.name)]),
    get: (name) => {
      const node = Object.hasOwn(own, name) ? own[name] : undefined;
      if (node !== undefined) return node;
      const child = device.core.childNamed(device, name);
      return child === undefined ? classFolder(device, name) : deviceFolder(child);
    },
  };
}

/** The folder of a device's children of one class. */
function classFolder(device: Device, name: string): SysfsFolder | undefined {
  const ofClass = [...device.children()].filter((child) => child.class === name);
  return ofClass.length === 0
    ? undefined
    : folder(Object.fromEntries(ofClass.map((child) => [child.name, deviceFolder(child)])));
}

function entries(device: Device): Record<string, SysfsNode> {
  const { bus, binding, extras, core } = device;
  const nodes: Record<string, SysfsNode> = {
    power: powerFolder(device),
    uevent: file({
      show: () =>
        Object.entries(deviceEnv(device))
          .map(([key, value]) => `${key}=${value}\n`)
          .join(""),
      store: (value) => device.uevent(writtenAction(value)),
    }),
  };
  if (device.class !== null) nodes["subsystem"] = link(`class/${device.class}`);
  if (device.class !== null && device.parent !== null) nodes["device"] = link(device.parent.path);
  if (bus !== null) nodes["subsystem"] = link(`bus/${bus.name}`);
  if (binding !== null) nodes["driver"] = link(`bus/${binding.driver.bus.name}/drivers/${binding.driver.name}`);
  const owner = core.owners.get(device);
  if (owner !== undefined) nodes["module"] = link(`module/${owner.name}`);
  if (bus !== null && (bus.overrideFile || device.driverOverride !== null)) {
    nodes["driver_override"] = file({
      show: () => `${device.driverOverride ?? "(null)"}\n`,
      store: (value) => device.setDriverOverride(value === "" ? null : value),
    });
  }
  for (const source of [
    Object.entries(bus?.deviceAttributes?.(device) ?? {}),
    extras?.attributes,
    binding?.attributes,
  ]) {
    for (const [name, attribute] of source ?? []) {
      const node = attributeNode(attribute);
      if (node !== undefined) nodes[name] = node;
    }
  }
  for (const l of extras?.suppliers ?? []) nodes[`supplier:${qualified(l.supplier)}`] = linkTo(l);
  for (const l of extras?.consumers ?? []) nodes[`consumer:${qualified(l.consumer)}`] = linkTo(l);
  const irqs = device instanceof AuxiliaryDevice ? device.irqs : undefined;
  if (irqs !== undefined) {
    nodes["irqs"] = folder(Object.fromEntries(irqs.map((irq) => [String(irq), file({ show: () => "" })])));
  }
  return nodes;
}

function linkTo(of: DeviceLink): SysfsNode {
  return link(of.path);
}

function powerFolder(device: Device): SysfsFolder {
  // Looking does not make the device have runtime PM.
  const pm = device.extras?.runtimePm;
  const show = (text: () => string | number): SysfsNode => file({ show: () => `${text()}\n` });
  return folder({
    async: show(() => "disabled"),
    autosuspend_delay_ms: file({
      show: () => {
        if (pm?.autosuspendDelay !== undefined) return `${pm.autosuspendDelay}\n`;
        throw new BusError("EIO", `${device.name} does not use autosuspend`, { op: "read", device: device.name });
      },
      store: (value) => {
        if (pm?.autosuspendDelay === undefined) {
          throw new BusError("EIO", `${device.name} does not use autosuspend`, { op: "write", device: device.name });
        }
        const ms = Number(value);
        if (value.trim() === "" || !Number.isInteger(ms)) {
          throw new BusError("EINVAL", `${value} is no number of milliseconds`, { op: "write", device: device.name });
        }
        pm.setAutosuspendDelay(ms);
      },
    }),
    control: file({
      show: () => (pm?.forbidden === true ? "on\n" : "auto\n"),
      store: (value) => {
        if (value === "on") device.runtimePm.forbid();
        else if (value === "auto") device.runtimePm.allow();
        else
          throw new BusError("EINVAL", `power/control is on or auto, not ${value}`, {
            op: "write",
            device: device.name,
          });
      },
    }),
    runtime_active_kids: show(() => pm?.activeChildren ?? 0),
    runtime_active_time: show(() => Math.floor(pm?.times.active ?? 0)),
    runtime_enabled: show(() => {
      const state = pm?.enabled === true ? "enabled" : "disabled";
      if (pm?.forbidden !== true) return state;
      return pm.enabled ? "forbidden" : "disabled & forbidden";
    }),
    runtime_status: show(() => pm?.statusText ?? "unsupported"),
    runtime_suspended_time: show(() => Math.floor(pm?.times.suspended ?? 0)),
    runtime_usage: show(() => pm?.usageCount ?? 0),
  });
}
