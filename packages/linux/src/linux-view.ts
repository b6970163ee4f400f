import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  BusError,
  type BusView,
  type DeviceSnapshot,
  type Explanation,
  type Snapshot,
  SNAPSHOT_PARTS,
  type SnapshotPart,
  type SysfsEntry,
  type UeventRecord,
  type UeventsOptions,
} from "auxbus";
import { refuseToCutOff } from "./cut-off.ts";
import { DeviceReader } from "./device-reader.ts";
import { Explainer } from "./explainer.ts";
import { polledEvents } from "./polling.ts";
import { SysTree } from "./sys-tree.ts";
import { udevadmEvents } from "./udevadm.ts";

export interface LinuxViewOptions {
  /** A folder with `sys`, `proc`, `etc`, `lib` as a machine has them (`/`). */
  readonly root?: string;
  /** The buses whose devices are shown, with the parents of these devices (`auxiliary`); `all`. */
  readonly buses?: readonly string[];
  /** Reads the runtime PM status of each device, a file more of each (true); else it is `unknown`. */
  readonly runtimeStatus?: boolean;
  /** Hears what would be written, and nothing is. */
  readonly dryRun?: (path: string, value: string) => void;
  /** Also takes away what the machine would be cut off without: its network, its root disk. */
  readonly force?: boolean;
  /** Until it is time to look again, where uevents are polled (a second). */
  readonly pause?: (signal?: AbortSignal) => Promise<void>;
}

/**
 * The buses of a running Linux. It reads what is below `/sys`, follows no link that leads out of it, and takes it well
 * when devices vanish meanwhile. Reading needs no rights; every change needs root, and fails with `EACCES` without.
 */
export class LinuxView implements BusView {
  readonly tree: SysTree;
  readonly buses: readonly string[];
  /** A device has its driver from the beginning of the probe, which may take long and fail. */
  readonly boundEarly = true;
  readonly #options: LinuxViewOptions;
  #explainer: Explainer | undefined;
  #udevadmFailed: string | null = null;

  /** @throws {BusError} `ENOENT` there is no Linux, or it has no such bus */
  constructor(options: LinuxViewOptions = {}) {
    const { root = "/", buses = ["auxiliary"] } = options;
    this.#options = options;
    this.tree = new SysTree(root);
    this.buses = buses.includes("all") ? this.tree.names("bus").toSorted() : buses;
    for (const bus of this.buses) {
      // Nothing is wrong with a machine on which no driver has loaded it yet.
      if (bus === "auxiliary" || (!bus.includes("/") && this.tree.exists(`bus/${bus}`))) continue;
      throw new BusError("ENOENT", `there is no bus ${bus}; there are ${this.tree.names("bus").toSorted().join(", ")}`);
    }
  }

  /** Where uevents come from: the kernel by way of udevadm, or from looking again and again. */
  get ueventSource(): "udevadm" | "polling" {
    if (this.#udevadmFailed !== null) return "polling";
    const folders = (process.env["PATH"] ?? "").split(delimiter);
    return this.tree.root === "/" && folders.some((folder) => existsSync(join(folder, "udevadm")))
      ? "udevadm"
      : "polling";
  }

  /** The kernel's version, as `uname -r` prints it; empty when the machine does not say. */
  get release(): string {
    return (this.tree.outside("proc/sys/kernel/osrelease") ?? "").trim();
  }

  /** The machine's name; empty when it does not say. */
  get hostname(): string {
    // A recorded machine may have no proc; a note may stand above the name.
    const said = this.tree.outside("proc/sys/kernel/hostname") ?? this.tree.outside("etc/hostname") ?? "";
    return /^\s*([^#\s]\S*)/m.exec(said)?.[1] ?? "";
  }

  async snapshot(parts: readonly SnapshotPart[] = SNAPSHOT_PARTS): Promise<Snapshot> {
    return new DeviceReader(this.tree, this.#options).snapshot(this.buses, parts);
  }

  /** Why they are not from udevadm, though it is installed; null when they are, or it is not. */
  get ueventProblem(): string | null {
    return this.#udevadmFailed;
  }

  async *uevents(options: UeventsOptions = {}): AsyncIterable<UeventRecord> {
    for await (const event of this.#allUevents(options)) if (this.#isOurs(event)) yield event;
  }

  async *#allUevents(options: UeventsOptions): AsyncGenerator<UeventRecord> {
    if (this.ueventSource === "udevadm") {
      let begun = false;
      const listening = (): void => {
        begun = true;
        options.listening?.();
      };
      try {
        yield* udevadmEvents({ ...options, listening });
        return;
      } catch (error) {
        // Later on it would not be known what has been missed.
        if (begun || !(error instanceof BusError)) throw error;
        this.#udevadmFailed = error.reason;
      }
    }
    const { pause = aSecond } = this.#options;
    yield* polledEvents({ look: () => this.snapshot(["devices"]), pause }, options);
  }

  async list(path: string): Promise<readonly SysfsEntry[]> {
    return this.tree.entries(path);
  }

  async read(path: string): Promise<string> {
    return this.tree.read(path);
  }

  async write(path: string, value: string): Promise<void> {
    this.#explainer = undefined;
    const { dryRun, force } = this.#options;
    const file = this.tree.real(path);
    if (force !== true) refuseToCutOff(this.tree, file, value);
    if (dryRun === undefined) this.tree.write(file, value);
    else dryRun(`/sys/${file}`, value);
  }

  async bind(bus: string, driver: string, device: string): Promise<void> {
    const path = this.#deviceOn(bus, device);
    await this.#steer(bus, driver, "bind", device, (code) => {
      if (code === "ENODEV")
        return `driver ${driver} does not match ${device}, or did not take it; the kernel's log may say why`;
      if (code === "EBUSY" && this.tree.link(`${path}/driver`) !== undefined) return `${device} has a driver already`;
      if (code === "EAGAIN")
        return `the probe of ${driver} was deferred, as it misses something; auxctl explain says what`;
      return `the probe of ${driver} failed with ${code}; the kernel's log may say why`;
    });
  }

  async unbind(bus: string, driver: string, device: string): Promise<void> {
    this.#deviceOn(bus, device);
    await this.#steer(bus, driver, "unbind", device, (code) => {
      return code === "ENODEV" ? `${device} is not bound to ${driver}` : undefined;
    });
  }

  async rescan(bus: string, device: string): Promise<void> {
    this.#deviceOn(bus, device);
    try {
      await this.write(`bus/${bus}/drivers_probe`, device);
    } catch (error) {
      throw worded(error, (code) => (code === "EINVAL" ? `no driver has taken ${device}` : undefined));
    }
  }

  async override(bus: string, device: string, driver: string | null): Promise<void> {
    const path = this.#deviceOn(bus, device);
    if (!this.tree.exists(`${path}/driver_override`)) {
      throw new BusError("EOPNOTSUPP", `bus ${bus} has no override: ${device} has no file driver_override`, { device });
    }
    await this.write(`${path}/driver_override`, `${driver ?? ""}\n`);
  }

  async explain(path: string): Promise<Explanation> {
    return this.#explaining().explain(path);
  }

  /** Why each of these devices is as it is, in a sentence: what `explain` says, for thousands. */
  summaries(devices: readonly DeviceSnapshot[]): ReadonlyMap<string, string> {
    const explainer = this.#explaining();
    return new Map(devices.map((device) => [device.path, explainer.summary(device)]));
  }

  /** On which processors an interrupt may run, as `0-3,8`; null when the kernel does not say. */
  affinity(irq: number): string | null {
    return this.tree.outside(`proc/irq/${irq}/smp_affinity_list`)?.trim() ?? null;
  }

  /** One for all that is asked in one go; what has changed since then is seen by the next. */
  #explaining(): Explainer {
    if (this.#explainer === undefined) {
      this.#explainer = new Explainer(this.tree);
      setImmediate(() => (this.#explainer = undefined));
    }
    return this.#explainer;
  }

  #isOurs({ devpath, subsystem }: UeventRecord): boolean {
    if (subsystem !== undefined && this.buses.includes(subsystem)) return true;
    return this.buses.some((bus) => devpath.startsWith(`/bus/${bus}/`));
  }

  async #steer(bus: string, driver: string, verb: "bind" | "unbind", device: string, meaning: Meaning): Promise<void> {
    const folder = `bus/${bus}/drivers/${driver}`;
    if (driver.includes("/") || !this.tree.exists(folder)) {
      const names = this.tree.names(`bus/${bus}/drivers`).toSorted();
      const others = names.length === 0 ? "none" : names.join(", ");
      throw new BusError("ENOENT", `bus ${bus} has no driver ${driver}; it has ${others}`, { driver });
    }
    if (!this.tree.exists(`${folder}/${verb}`))
      throw new BusError("EOPNOTSUPP", `driver ${driver} does not let itself be bound or unbound by hand`, { driver });
    try {
      await this.write(`${folder}/${verb}`, device);
    } catch (error) {
      throw worded(error, meaning);
    }
  }

  /** The path of a device below `sys`. @throws {BusError} `ENODEV` */
  #deviceOn(bus: string, device: string): string {
    const name = `${bus}/devices/${device}`;
    const path = name.split("/").length === 3 ? this.tree.link(`bus/${name}`) : undefined;
    if (path !== undefined) return path;
    throw new BusError("ENODEV", `bus ${bus} has no device ${device}`, { op: "view", device });
  }
}

/** What an errno means, if it means something else than everywhere. */
type Meaning = (code: string) => string | undefined;

/** The same error with what it means here, if it is the kernel's answer to what was written. */
function worded(error: unknown, meaning: Meaning): unknown {
  if (!(error instanceof BusError) || error.op !== "write" || error.code === "EACCES" || error.code === "EPERM")
    return error;
  // Drivers have more of them than a bus has.
  const { cause } = error;
  const named = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : error.code;
  const reason = meaning(named);
  return reason === undefined ? error : new BusError(error.code, reason, { cause: error });
}

/** Ends early, and well, when the signal is aborted. */
async function aSecond(signal?: AbortSignal): Promise<void> {
  await setTimeout(1000, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
