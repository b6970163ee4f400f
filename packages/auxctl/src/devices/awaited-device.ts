import { BusError, type DeviceSnapshot, errnoOf, type Snapshot, type UeventRecord } from "auxbus";
import { findDevice, isCalled } from "./find-device.ts";

/** What a device can be waited for to be. */
export const TARGETS = ["bound", "unbound", "present", "gone"] as const;

export type Target = (typeof TARGETS)[number];

/** A device that is waited for; it may not be there yet, or no longer. */
export class AwaitedDevice {
  readonly #word: string;
  readonly #target: Target;
  /** Where it was when it was seen last. */
  path: string | null = null;
  driver: string | null = null;

  constructor(word: string, target: Target) {
    this.#word = word;
    this.#target = target;
  }

  /** Whether it is as it should be. @throws {UsageError} several devices are meant */
  isSo(snapshot: Snapshot): boolean {
    const device = this.#find(snapshot);
    this.driver = device?.driver ?? null;
    this.path = device?.path ?? this.path;
    switch (this.#target) {
      case "bound":
        return device?.state === "bound" && device.driver !== null;
      case "unbound":
        return device !== undefined && device.driver === null && device.state !== "probing";
      case "present":
        return device !== undefined;
      case "gone":
        return device === undefined;
    }
  }

  /** What a uevent says about it: it is so, it may be so, or nothing. */
  hears({ action, devpath, subsystem, env }: UeventRecord): "so" | "maybe" | "nothing" {
    if (!this.#isAbout(devpath, subsystem ?? null)) return "nothing";
    this.path = devpath;
    switch (this.#target) {
      case "bound":
        if (action !== "bind") return "nothing";
        this.driver = env["DRIVER"] ?? null;
        return "so";
      case "unbound":
        return action === "unbind" ? "so" : action === "add" ? "maybe" : "nothing";
      case "present":
        return action === "add" ? "so" : "nothing";
      case "gone":
        return action === "remove" ? "so" : "nothing";
    }
  }

  #isAbout(devpath: string, bus: string | null): boolean {
    if (!devpath.startsWith("/devices/")) return false;
    if (this.path !== null) return devpath === this.path;
    return isCalled({ path: devpath, name: devpath.slice(devpath.lastIndexOf("/") + 1), bus }, this.#word);
  }

  #find(snapshot: Snapshot): DeviceSnapshot | undefined {
    const known = snapshot.devices.find(({ path }) => path === this.path);
    if (known !== undefined || this.path !== null) return known;
    try {
      return findDevice(snapshot, this.#word);
    } catch (error) {
      if (error instanceof BusError && errnoOf(error) === "ENODEV") return undefined;
      throw error;
    }
  }
}
