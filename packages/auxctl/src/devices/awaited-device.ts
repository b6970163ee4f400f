import type { DeviceSnapshot, Snapshot, UeventRecord } from "auxbus";
import { UsageError } from "../exit-code.ts";
import { ambiguous, devicesCalled, isCalled, namedInPart } from "./find-device.ts";

/** What a device can be waited for to be. */
export const TARGETS = ["bound", "unbound", "present", "gone"] as const;

export type Target = (typeof TARGETS)[number];

/**
 * A device that is waited for. It may not be there yet, or no longer, so it is called by its whole name: what a part of
 * a name will mean, nobody knows.
 */
export class AwaitedDevice {
  readonly #word: string;
  readonly target: Target;
  /** Where it was when it was seen last. */
  path: string | null = null;
  driver: string | null = null;

  constructor(word: string, target: Target) {
    this.#word = word;
    this.target = target;
  }

  /** Whether it is as it should be. @throws {UsageError} several devices are meant, or a part of a name */
  isSo(snapshot: Snapshot): boolean {
    const device = this.#find(snapshot);
    this.driver = device?.driver ?? null;
    this.path = device?.path ?? this.path;
    switch (this.target) {
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
    switch (this.target) {
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
    const found = devicesCalled(snapshot, this.#word);
    if (found.length > 1) throw ambiguous(this.#word, found);
    const [other] = found.length === 0 ? namedInPart(snapshot, this.#word) : [];
    // It would be waited for in vain, or be said to have gone.
    if (other !== undefined) throw new UsageError(`wait takes whole names; there is ${other.name}`);
    return found[0];
  }
}
