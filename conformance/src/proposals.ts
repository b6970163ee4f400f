import type { Family } from "./families.ts";
import type { Legal } from "./legal.ts";
import type { Random } from "./random.ts";

const MODULES = ["core", "a", "a.b"];
const NAMES = ["eth", "rdma", "b", "x/y", "sf-1", "a-name-of-twenty-chars"];
const DRIVER_MODULES = ["m1", "m2", "m3", "core"];
const DRIVER_NAMES = ["eth", "rdma", "f"];
const ERRORS = ["ENODEV", "ENXIO", "EIO", "EBUSY", "ENOMEM", "EINVAL"];
const LEVELS = ["freezer", "devices", "devices", "devices", "platform"];

/** Families with runtime PM: below `devices`, the kernel also declares parents active, which auxbus leaves out. */
const NOT_BELOW_DEVICES: ReadonlySet<Family> = new Set<Family>(["runtime", "mixed"]);
const UEVENTS = ["change", "add", "bind", "remove", "move", "online", "nonsense"];

export interface ProposalsOptions {
  readonly family: Family;
  readonly random: Random;
  readonly legal: Legal;
  /** Lines of several devices come at the same time. */
  readonly isParallel: boolean;
}

/** Makes commands at random, mostly about what is there. */
export class Proposals {
  readonly #family: Family;
  readonly #random: Random;
  readonly #legal: Legal;
  readonly #isParallel: boolean;
  /** Few, so that they meet. */
  readonly #modules: readonly string[];
  readonly #names: readonly string[];
  #count = 0;

  constructor({ family, random, legal, isParallel }: ProposalsOptions) {
    this.#family = family;
    this.#random = random;
    this.#legal = legal;
    this.#isParallel = isParallel;
    const some = (all: readonly string[], count: number): string[] =>
      Array.from({ length: count }, () => random.pick(all));
    this.#modules = family === "together" ? MODULES : some(MODULES, 1 + random.integer(2));
    this.#names = family === "together" ? NAMES : some(NAMES, 1 + random.integer(3));
  }

  /** A command of a kind, legal or not; none when there is nothing that it could be about. */
  line(kind: string): string | undefined {
    const random = this.#random;
    const legal = this.#legal;
    const device = (): string | undefined => this.#random.pickAny([...legal.devices.keys()]);
    const added = (): string | undefined => this.#random.pickAny(legal.added().map(([name]) => name));
    const driver = (): string | undefined => this.#random.pickAny([...legal.drivers.keys()]);
    switch (kind) {
      case "parent":
        return `parent p${random.integer(3)}`;
      case "unparent":
        return onto("unparent", this.#random.pickAny([...legal.parents]));
      case "undevlink": {
        const [consumer, supplier] = [added(), added()];
        return supplier === undefined ? undefined : onto("undevlink", consumer, ` ${supplier}`);
      }
      case "device":
        return legal.devices.size < 12 ? this.#device() : undefined;
      case "driver":
        return legal.drivers.size < 8 ? this.#driver() : undefined;
      case "init":
      case "delete":
      case "uninit":
      case "get":
      case "put":
      case "destroy":
      case "show":
        return onto(kind, device());
      case "add":
      case "create": {
        const modname = this.#family !== "together" && random.chance(0.02) ? "" : ` modname=${this.module()}`;
        return onto(kind, device(), modname);
      }
      case "register":
      case "unregister":
        return onto(kind, driver());
      case "bind":
      case "unbind": {
        const pair = random.chance(0.6) ? this.#random.pickAny(legal.pairs()) : undefined;
        return `${kind} ${pair?.driverName ?? this.#driverName()} ${pair?.busName ?? this.#busName()}`;
      }
      case "rescan":
        return `rescan ${this.#busName()}`;
      case "autoprobe":
        return random.chance(0.5) ? `autoprobe ${random.chance(0.6) ? 1 : 0}` : "autoprobe 1";
      case "reuevent":
        return onto("reuevent", this.#random.pickAny(this.#busNames()), ` ${random.pick(UEVENTS)}`);
      case "find":
        return `find ${this.#busName()}`;
      case "walk":
        return random.chance(0.5) ? "walk -" : onto("walk", added());
      case "deferred":
        return "deferred";
      case "power":
        return `power ${random.pick(NOT_BELOW_DEVICES.has(this.#family) ? LEVELS.slice(0, -1) : LEVELS)}`;
      case "rpm":
        return this.#rpm();
      case "devlink": {
        const [consumer, supplier] = [added(), added()];
        return supplier === undefined ? undefined : onto("devlink", consumer, ` ${supplier}${this.linkFlags()}`);
      }
      case "irq":
        return onto(`irq ${random.chance(0.6) ? "add" : "remove"}`, added(), ` ${20 + random.integer(3)}`);
      case "control":
        return onto("write", this.path(), `/power/control ${random.pick(["on", "auto", "maybe"])}`);
      case "catpm":
        return onto("cat", this.path(), `/power/${random.pick(["runtime_status", "control", "runtime_status"])}`);
      case "lsirqs":
        return onto("ls", this.path(), "/irqs");
      case "catlink": {
        const link = random.chance(0.8) ? random.pickAny(legal.links) : undefined;
        const busName = (name: string | undefined): string | undefined =>
          name === undefined ? random.pickAny(this.#busNames()) : legal.devices.get(name)?.busName;
        const ends = `auxiliary:${busName(link?.supplier)}--auxiliary:${busName(link?.consumer)}`;
        return `cat devices/virtual/devlink/${ends}/${random.pick(["status", "status", "auto_remove_on", "runtime_pm"])}`;
      }
      case "ls":
        return `ls ${random.pick(["bus/auxiliary/devices", "bus/auxiliary/drivers", this.path() ?? "bus/auxiliary/devices", `bus/auxiliary/drivers/${this.#driverName()}`, "devices/p0"])}`;
      case "cat":
        return random.chance(0.2)
          ? "cat bus/auxiliary/drivers_autoprobe"
          : onto("cat", this.path(), random.pick(["/uevent", "/file", "/file"]));
      case "readlink":
        return onto("readlink", this.path(), random.pick(["/driver", "/subsystem"]));
      default:
        throw new Error(`there is no kind ${kind}`);
    }
  }

  #device(): string {
    const random = this.#random;
    const parents = [...this.#legal.parents];
    const nested = this.#legal.added().map(([name]) => name);
    const parent =
      nested.length > 0 && random.chance(0.3) ? this.#random.pickAny(nested) : this.#random.pickAny(parents);
    const own = [
      parent === undefined || random.chance(0.02) ? "" : ` parent=${parent}`,
      random.chance(0.02) ? "" : ` name=${random.pick(this.#names)}`,
      ` id=${this.#family === "together" ? this.#count : this.#id()}`,
    ];
    return `device d${this.#count++}${own.join("")}`;
  }

  #id(): number {
    return this.#random.chance(0.05) ? 4294967295 : this.#random.integer(3);
  }

  /** Of a device. */
  module(): string {
    return this.#random.pick(this.#modules);
  }

  /** Mostly that of a device which is there. */
  #matchName(): string {
    const there = this.#random.chance(0.6) ? this.#random.pickAny(this.#busNames()) : undefined;
    if (there !== undefined) return there.slice(0, there.lastIndexOf("."));
    return `${this.module()}.${this.#random.pick(this.#names)}`.replaceAll("/", "!");
  }

  #driver(): string {
    const random = this.#random;
    const name = `r${this.#count++}`;
    const together = this.#family === "together";
    // At the same time, two drivers must not want one device: who gets it would be chance.
    const ids = together
      ? this.#matchNamesLeft()
      : [...new Set(Array.from({ length: 1 + random.integer(3) }, () => this.#matchName()))];
    if (together && ids.length === 0) return `driver ${name} modname=${name} ids=none.${name}`;
    const listed = ids.map((id) => (random.chance(0.5) ? `${id}:${random.integer(9)}` : id)).join(",");
    const modname = together ? name : random.pick(DRIVER_MODULES);
    const own = !together && random.chance(0.6) ? ` name=${random.pick(DRIVER_NAMES)}` : "";
    return `driver ${name} modname=${modname}${own} ids=${listed}${this.#probe()}${this.#flags()}`;
  }

  #matchNamesLeft(): string[] {
    const taken = new Set(
      [...this.#legal.drivers.values()].flatMap(({ declaration }) => declaration.ids.map(({ name }) => name)),
    );
    const all = MODULES.flatMap((module) => NAMES.map((name) => `${module}.${name}`.replaceAll("/", "!")));
    const left = all.filter((name) => !taken.has(name));
    return [...new Set(Array.from({ length: 3 }, () => this.#random.pickAny(left) ?? ""))].filter(
      (name) => name !== "",
    );
  }

  #probe(): string {
    const random = this.#random;
    const answers = (list: readonly string[], last = ""): string =>
      ` probe=${Array.from({ length: 1 + random.integer(3) }, () => random.pick(list)).join(",")}${last}`;
    const deferring = ["EPROBE_DEFER", "EPROBE_DEFER", "0", "ENODEV"];
    switch (this.#family) {
      case "deferral":
      case "mixed":
        return random.chance(0.45) ? answers(deferring, ",0") : "";
      case "async":
        return random.chance(0.25) ? answers(["0", ...ERRORS]) : "";
      case "together":
        return random.chance(0.15) ? ` probe=${random.pick(ERRORS)}` : "";
      case "created":
      case "runtime":
        return random.chance(0.1) ? ` probe=${random.pick(ERRORS)}` : "";
      case "links":
        if (random.chance(0.2)) return answers(deferring, ",0");
        return random.chance(0.15) ? ` probe=${random.pick(ERRORS)}` : "";
      case "power":
        return random.chance(0.15) ? answers(["0", ...ERRORS]) : "";
      case "plain":
      case "shutdown":
        return random.chance(0.35) ? answers(["0", "0", ...ERRORS]) : "";
    }
  }

  #flags(): string {
    const random = this.#random;
    const flags: string[] = [];
    const maybe = (chance: number, flag: string): void => {
      if (random.chance(chance)) flags.push(flag);
    };
    const has = (...families: readonly Family[]): boolean => families.includes(this.#family);
    maybe(has("async", "together") ? 0.6 : 0, "async");
    maybe(has("power", "runtime", "mixed") ? 0.9 : 0.5, "pm");
    maybe(0.1, "legacypm");
    maybe(0.06, "suppress");
    maybe(0.08, "noremove");
    maybe(0.03, "noids");
    maybe(0.03, "noprobe");
    maybe(has("shutdown") ? 0.7 : 0.1, "shutdown");
    maybe(0.4, "attr=file");
    // A managed action does not say whose it is: beside each other they could not be told apart.
    if (!this.#isParallel) maybe(0.3, `devm=${1 + random.integer(3)}`);
    if (flags.includes("pm")) maybe(has("power") ? 0.25 : 0.1, `suspendret=${random.pick(["EBUSY", "EIO"])}`);
    if (flags.includes("pm") && has("runtime", "mixed"))
      maybe(0.15, `rpmret=${random.pick(["EBUSY", "EAGAIN", "EIO"])}`);
    return flags.map((flag) => ` ${flag}`).join("");
  }

  /** Mostly of a device that uses it. */
  #rpm(): string | undefined {
    const random = this.#random;
    const call = random.pick(RPM);
    const added = this.#legal.added();
    const some = added.filter(([, { rpmDisabled }]) => rpmDisabled > 0 === (call === "enable"));
    const found = this.#random.pickAny(some.length > 0 && random.chance(0.9) ? some : added);
    return onto(`rpm ${call}`, found?.[0]);
  }

  #busNames(): string[] {
    return this.#legal.added().map(([, { busName }]) => busName);
  }

  /** Mostly of a device that is there. */
  #busName(): string {
    const there = this.#random.pickAny(this.#busNames());
    return there === undefined || this.#random.chance(0.1) ? "core.none.0" : there;
  }

  #driverName(): string {
    const there = this.#random.pickAny([...this.#legal.drivers.values()]);
    if (there === undefined || this.#random.chance(0.05)) return "nobody";
    const { modname, name } = there.declaration;
    return name === undefined ? modname : `${modname}.${name}`;
  }

  /** The folder of a device that is there. */
  path(wanted?: string): string | undefined {
    const found = this.#random.pickAny(this.#legal.added().filter(([name]) => wanted === undefined || name === wanted));
    if (found === undefined) return undefined;
    const path: string[] = [];
    let [, device] = found;
    for (;;) {
      path.unshift(device.busName);
      const { parent = "" } = device.declaration;
      const above = this.#legal.devices.get(parent);
      if (above === undefined) return ["devices", parent, ...path].join("/");
      device = above;
    }
  }

  /** What kind of link. */
  linkFlags(): string {
    const random = this.#random;
    const until = random.pick(["", "", "", " supplier", " supplier", " stateless"]);
    return (this.#family !== "links" && random.chance(0.5) ? " pm" : "") + until;
  }
}

const RPM = [..."enable enable enable get get put put put disable suspend resume forbid allow".split(" ")];

function onto(kind: string, name: string | undefined, rest = ""): string | undefined {
  return name === undefined ? undefined : `${kind} ${name}${rest}`;
}
