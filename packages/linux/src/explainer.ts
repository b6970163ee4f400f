import { BusError, type DeviceSnapshot, type DriverVerdict, type Explanation } from "auxbus";
import { DEFERRED, DeviceReader } from "./device-reader.ts";
import { KernelModules } from "./kernel-modules.ts";
import type { SysTree } from "./sys-tree.ts";

/**
 * Tells why devices have a driver or none. Many of them have the same reason, so what has been read is kept: one is for
 * one look at a machine.
 */
export class Explainer {
  readonly #tree: SysTree;
  readonly #modules: KernelModules;
  readonly #reader: DeviceReader;
  /** What is the same for all devices of an alias, by bus and alias. */
  readonly #verdicts = new Map<string, readonly DriverVerdict[]>();
  readonly #drivers = new Map<string, readonly Driver[]>();
  #seesDeferred: boolean | undefined;

  constructor(tree: SysTree) {
    this.#tree = tree;
    this.#modules = new KernelModules(tree);
    this.#reader = new DeviceReader(tree);
  }

  /** @throws {BusError} `ENODEV` there is no such device */
  explain(path: string): Explanation {
    const below = path.replace(/^\/+/, "");
    const device = below.startsWith("devices/") ? this.#reader.device(below) : null;
    if (device === null) throw new BusError("ENODEV", `there is no device ${path}`, { op: "explain", device: path });
    const override = this.#override(device);
    const drivers = this.#verdictsOn(device, override);
    return {
      device: device.name,
      path: device.path,
      state: "added",
      driver: device.driver,
      summary: this.summary(device),
      ...(device.modalias === null ? {} : { modalias: device.modalias }),
      driverOverride: override,
      drivers,
      waitsFor: device.reason ?? drivers.find(({ verdict }) => verdict === "deferred")?.reason ?? null,
      suppliers: this.#linksOf(below, "supplier"),
      consumers: this.#linksOf(below, "consumer"),
      // The kernel tells nobody.
      references: { count: 0, holders: {} },
    };
  }

  /** The whole in a sentence. */
  summary(device: DeviceSnapshot): string {
    const { bus, driver, module, state, reason, modalias } = device;
    if (driver !== null) return `bound to ${driver}${module === null ? "" : ` of module ${module}`}`;
    if (bus === null) return "on no bus, so it needs no driver";
    if (state === "deferred") return `deferred: ${reason}`;
    const override = this.#override(device);
    const verdicts = this.#verdictsOn(device, override);
    const [first] = verdicts;
    if (override !== null && first !== undefined) return `unbound: only driver ${override} may bind: ${first.reason}`;
    if (first !== undefined) {
      // Which of a module's drivers is for the device, the kernel does not say.
      const same = verdicts.filter((other) => other.module === first.module && other.reason === first.reason);
      const names = same.map((other) => (other.driver === "" ? other.module : other.driver));
      return `unbound: ${names.join(" or ")}: ${first.reason}`;
    }
    if (modalias === null) return "unbound: it has no alias by which a module could be found";
    if (!this.#modules.isInstalled) return `unbound: no modules of kernel ${this.#modules.version} are installed`;
    const none = this.#driversOn(bus).length === 0 ? `; bus ${bus} has no driver at all` : "";
    return `unbound: no installed module is for ${modalias}${none}`;
  }

  #override({ path }: DeviceSnapshot): string | null {
    const text = this.#tree.attribute(`${path.slice(1)}/driver_override`) ?? "";
    return text === "(null)" || text === "" ? null : text;
  }

  /** @param override the only driver that may bind */
  #verdictsOn(device: DeviceSnapshot, override: string | null): readonly DriverVerdict[] {
    const { bus, driver, module, modalias, reason } = device;
    if (bus === null) return [];
    if (driver !== null) return [{ driver, module: module ?? "", verdict: "bound", reason: "it has the device" }];
    let judged: readonly DriverVerdict[];
    if (override !== null) judged = [this.#judgeOnly(bus, override)];
    else if (modalias === null) return [];
    else {
      const key = `${bus} ${modalias}`;
      judged = this.#verdicts.get(key) ?? this.#judge(bus, modalias);
      this.#verdicts.set(key, judged);
    }
    // Of those that are there, which devices of one alias have in common, but not what they wait for.
    const waits = judged.some(({ verdict }) => verdict === "refused") ? (reason ?? this.#waitsFor(device)) : null;
    if (waits === null) return judged;
    return judged.map((each) => (each.verdict === "refused" ? { ...each, verdict: "deferred", reason: waits } : each));
  }

  /** What has become of the only driver that may bind. */
  #judgeOnly(bus: string, driver: string): DriverVerdict {
    const found = this.#driversOn(bus).find(({ name }) => name === driver);
    if (found !== undefined) return this.#tried(bus, driver, found.module ?? "");
    const { name: module, state } = this.#modules.state(driver);
    const hint = state === "not loaded" ? `; modprobe ${module} may bring it` : "";
    return { driver, module: "", verdict: "not tried", reason: `it is not registered${hint}` };
  }

  /** What has become of each module that is for the alias. */
  #judge(bus: string, modalias: string): readonly DriverVerdict[] {
    return this.#modules.resolve(modalias).flatMap((module): DriverVerdict[] => {
      const { state, forbidden } = this.#modules.state(module);
      const untried = (reason: string): DriverVerdict[] => [{ driver: "", module, verdict: "not tried", reason }];
      if (state === "not installed") return untried("the module is not installed");
      if (state === "not loaded") {
        if (forbidden !== null) return untried(`the module is forbidden by ${forbidden}`);
        return untried(`the module is not loaded; modprobe ${module} loads it`);
      }
      const drivers = this.#driversOn(bus);
      const own = drivers.filter((driver) => driver.module === module);
      if (own.length > 0) return own.map(({ name }) => this.#tried(bus, name, module));
      // Which module a driver is of that is built in, the kernel often does not say.
      const mayHave = state === "built in" && drivers.some((driver) => driver.module === undefined);
      if (!mayHave) return untried(`the module is ${state}, and has no driver on this bus now`);
      const { verdict, reason } = this.#tried(bus, "", module);
      return [{ driver: "", module, verdict, reason: verdict === "refused" ? `built in; ${reason}` : reason }];
    });
  }

  /** What has become of a driver that is registered, as far as one for all devices can say. */
  #tried(bus: string, driver: string, module: string): DriverVerdict {
    if (this.#tree.attribute(`bus/${bus}/drivers_autoprobe`) === "0") {
      const reason = `bus ${bus} has its autoprobe off; auxctl rescan tries it`;
      return { driver, module, verdict: "not tried", reason };
    }
    this.#seesDeferred ??= this.#tree.attribute(DEFERRED) !== undefined;
    // Root does where debugfs is mounted.
    const whoSees = process.geteuid?.() === 0 ? "debugfs would tell" : "only root sees";
    const maybe = this.#seesDeferred ? "" : `, or it is deferred, which ${whoSees}`;
    const who = driver === "" ? "its driver" : "it";
    const reason = `${who} was there and did not take the device, or was unbound${maybe}; see dmesg`;
    return { driver, module, verdict: "refused", reason };
  }

  /** Which supplier keeps drivers from being tried, as far as those may see that are not root. */
  #waitsFor({ path }: DeviceSnapshot): string | null {
    const tree = this.#tree;
    const below = path.slice(1);
    const links = tree.names(below).filter((name) => name.startsWith("supplier:"));
    for (const link of links.flatMap((name) => tree.link(`${below}/${name}`) ?? [])) {
      // With a driver it would be `available`; and a link that is only for the first probes keeps nobody waiting.
      if (tree.attribute(`${link}/status`) !== "dormant" || tree.attribute(`${link}/sync_state_only`) === "1") continue;
      const supplier = tree.link(`${link}/supplier`) ?? link;
      return `it waits for ${supplier.slice(supplier.lastIndexOf("/") + 1)}, which has no driver`;
    }
    if (this.#tree.attribute(`${below}/waiting_for_supplier`) !== "1") return null;
    return "it waits for a supplier that is not there yet";
  }

  #driversOn(bus: string): readonly Driver[] {
    let known = this.#drivers.get(bus);
    if (known === undefined) {
      const folder = `bus/${bus}/drivers`;
      known = this.#tree.names(folder).map((name) => {
        return { name, module: this.#tree.link(`${folder}/${name}/module`)?.replace(/^module\//, "") };
      });
      this.#drivers.set(bus, known);
    }
    return known;
  }

  /** What stands at the other ends of a device's links: the folder names each of them. */
  #linksOf(below: string, kind: "supplier" | "consumer"): Explanation["suppliers"] {
    const tree = this.#tree;
    const names = tree.names(below).filter((name) => name.startsWith(`${kind}:`));
    return names.flatMap((name) => {
      const link = tree.link(`${below}/${name}`);
      const end = link === undefined ? undefined : tree.link(`${link}/${kind}`);
      if (end === undefined) return [];
      return [{ device: end.slice(end.lastIndexOf("/") + 1), state: tree.attribute(`${link}/status`) ?? "unknown" }];
    });
  }
}

interface Driver {
  readonly name: string;
  readonly module: string | undefined;
}
