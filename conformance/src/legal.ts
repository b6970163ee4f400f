import type { Command, CommandName, CommandOf, DeviceDeclaration, DriverDeclaration } from "@auxbus/testing";

interface ModelDevice {
  readonly declaration: DeviceDeclaration;
  state: "declared" | "initialised" | "failed" | "added" | "created" | "deleted";
  /** Which of the parent's lives it was initialised in: another one is another object. */
  parentLife: number;
  life: number;
  /** While it is added. */
  busName: string;
  firstReference: boolean;
  references: number;
  /** How often runtime PM was disabled; it begins so. */
  rpmDisabled: number;
  rpmUsage: number;
  readonly irqNumbers: Set<number>;
  /** A driver may have had it, or been tried. */
  wanted: boolean;
  /** Once it had a driver that may have left. */
  disturbed: boolean;
}

interface ModelDriver {
  readonly declaration: DriverDeclaration;
  registered: boolean;
}

/** What is then so. */
type Effect = () => void;

/** Nothing of what the model knows changes. */
const NOTHING: Effect = () => {};

type Rules = { readonly [K in CommandName]?: (args: CommandOf<K>["args"]) => Effect | null };

/**
 * Knows what a program may do with the bus at each moment, so that scenarios made at random break no rule: what is
 * then different on a live kernel is a difference of the bus. It does not know what the bus answers.
 */
export class Legal {
  /** The lives of the parents that are there. */
  readonly #parents = new Map<string, number>();
  readonly devices: Map<string, ModelDevice> = new Map();
  readonly drivers: Map<string, ModelDriver> = new Map();
  /** What commands in the background have to do with, until they are waited for. */
  readonly #busy = new Set<string>();
  #links: { readonly consumer: string; readonly supplier: string }[] = [];
  /** Those of them that are surely there until they are taken away. */
  #stateless: { readonly consumer: string; readonly supplier: string }[] = [];
  #lives = 0;

  /** Whether the command may come next; if so, it has come. */
  take(command: Command): boolean {
    if (command.kind === "settle") {
      this.#busy.clear();
      return true;
    }
    const inner = command.kind === "bg" ? command.args.command : command;
    const touched = this.#touched(inner);
    if (touched.some((name) => this.#busy.has(name))) return false;
    if (command.kind !== "bg" && this.busy && !QUIET.has(command.kind)) return false;
    const effect = this.#effectOf(inner);
    if (effect === null) return false;
    effect();
    if (command.kind === "bg") for (const name of touched) this.#busy.add(name);
    return true;
  }

  get busy(): boolean {
    return this.#busy.size > 0;
  }

  get parents(): IterableIterator<string> {
    return this.#parents.keys();
  }

  added(): [string, ModelDevice][] {
    return [...this.devices].filter(([, device]) => isAdded(device));
  }

  /** Devices that are there with the registered drivers that are for them. */
  pairs(): {
    readonly device: string;
    readonly busName: string;
    readonly driver: string;
    readonly driverName: string;
  }[] {
    return this.added().flatMap(([device, { busName }]) =>
      [...this.drivers]
        .filter(([, { registered, declaration }]) => registered && isFor(declaration, busName))
        .map(([driver, { declaration }]) => ({ device, busName, driver, driverName: driverName(declaration) })),
    );
  }

  /** Device links that were asked for, as long as both ends are there; they may have gone, or never been made. */
  get links(): readonly { readonly consumer: string; readonly supplier: string }[] {
    return this.#links;
  }

  /** What a command has to do with, as far as another must not have at the same time. */
  #touched(command: Command): string[] {
    const { args } = command;
    const devices: string[] = [];
    const names: string[] = [];
    if ("device" in args) devices.push(args.device);
    if ("deviceName" in args) {
      for (const [name, { busName }] of this.added()) if (busName === args.deviceName) devices.push(name);
    }
    if ("consumer" in args) devices.push(args.consumer, args.supplier);
    for (const device of devices) {
      names.push(device);
      const parent = this.devices.get(device)?.declaration.parent;
      if (parent !== undefined && this.devices.has(parent)) names.push(parent);
    }
    if ("parent" in args && args.parent !== undefined) names.push(args.parent);
    if ("driver" in args) names.push(args.driver);
    if ("driverName" in args) {
      for (const [name, { declaration }] of this.drivers)
        if (driverName(declaration) === args.driverName) names.push(name);
    }
    return names;
  }

  #effectOf<K extends CommandName>({ kind, args }: CommandOf<K>): Effect | null {
    const rule = this.#rules[kind];
    return rule === undefined ? NOTHING : rule(args);
  }

  readonly #rules: Rules = {
    parent: ({ parent }) => (this.#parents.has(parent) ? null : () => this.#parents.set(parent, ++this.#lives)),
    unparent: ({ parent }) => {
      if (!this.#parents.has(parent) || this.#hasChildren(parent)) return null;
      return () => this.#parents.delete(parent);
    },
    device: (declaration) => () =>
      this.devices.set(declaration.device, {
        declaration,
        state: "declared",
        parentLife: 0,
        life: 0,
        busName: "",
        firstReference: false,
        references: 0,
        rpmDisabled: 1,
        rpmUsage: 0,
        irqNumbers: new Set(),
        wanted: false,
        disturbed: false,
      }),
    init: ({ device: name }) => {
      const device = this.#device(name);
      const { parent, name: own } = device.declaration;
      if (isLive(device)) return null;
      // Refused, and nothing is to be undone.
      if (parent === undefined || own === undefined) return NOTHING;
      return this.#lifeOf(parent) === undefined ? null : () => this.#fresh(device, "initialised");
    },
    add: ({ device: name, modname }) => {
      const device = this.#device(name);
      if (device.state !== "initialised" || !this.#parentIsThere(device)) return null;
      // Refused before anything is done: it may be tried again.
      return modname === undefined ? NOTHING : () => this.#add(device, modname, "added", "failed");
    },
    create: ({ device: name, modname }) => {
      const device = this.#device(name);
      const { parent, name: own } = device.declaration;
      if (isLive(device) || parent === undefined || own === undefined || modname === undefined) return null;
      if (!this.#isThere(parent)) return null;
      return () => {
        this.#fresh(device, "created");
        this.#add(device, modname, "created", "declared");
        if (!isAdded(device)) Object.assign(device, { firstReference: false, references: 0 });
      };
    },
    delete: ({ device }) => this.#delete(device, "added", "deleted"),
    destroy: ({ device }) => this.#delete(device, "created", "declared"),
    uninit: ({ device: name }) => {
      const device = this.#device(name);
      if (!device.firstReference || !["initialised", "failed", "deleted"].includes(device.state)) return null;
      return () => {
        device.firstReference = false;
        this.#put(device);
      };
    },
    get: ({ device: name }) => {
      const device = this.#device(name);
      return !isLive(device) || device.state === "created" ? null : () => device.references++;
    },
    put: ({ device: name }) => {
      const device = this.#device(name);
      if (!isLive(device) || device.references <= (device.firstReference ? 1 : 0)) return null;
      return () => this.#put(device);
    },
    show: ({ device }) => this.#ifAdded(device),
    walk: ({ after }) => (after === undefined ? NOTHING : this.#ifAdded(after)),
    driver: (declaration) => () => this.drivers.set(declaration.driver, { declaration, registered: false }),
    register: ({ driver: name }) => {
      const driver = this.#driver(name);
      if (driver.registered) return null;
      const { noprobe, noids } = driver.declaration;
      const own = driverName(driver.declaration);
      const taken = [...this.drivers.values()].some(
        (other) => other.registered && driverName(other.declaration) === own,
      );
      return () => {
        driver.registered = !noprobe && !noids && !taken;
        for (const [, device] of this.added()) this.#wants(device);
      };
    },
    unregister: ({ driver: name }) => {
      const driver = this.#driver(name);
      if (!driver.registered) return null;
      return () => {
        driver.registered = false;
        this.#disturb();
      };
    },
    unbind: () => () => this.#disturb(),
    devlink: ({ consumer, supplier, until }) => {
      if (consumer === supplier || !isAdded(this.#device(consumer)) || !isAdded(this.#device(supplier))) return null;
      return () => {
        // It would be a circle.
        const isRefused = this.#mayNeed(supplier, consumer);
        if (until === "never" && !isRefused) this.#stateless.push({ consumer, supplier });
        this.#links.push({ consumer, supplier });
        // A driver may go because of it.
        this.#disturb();
      };
    },
    undevlink: ({ consumer, supplier }) => {
      const index = this.#stateless.findIndex((link) => link.consumer === consumer && link.supplier === supplier);
      return index === -1 ? null : () => void this.#stateless.splice(index, 1);
    },
    rpm: ({ device: name, call }) => {
      const device = this.#device(name);
      // It is enabled before it is added, too.
      if (!isAdded(device) && !(device.state === "initialised" && call === "enable")) return null;
      switch (call) {
        case "enable":
          return device.rpmDisabled === 0 ? null : () => device.rpmDisabled--;
        case "disable":
          return () => device.rpmDisabled++;
        case "get":
          return () => device.rpmUsage++;
        case "put":
          return device.rpmUsage === 0 ? null : () => device.rpmUsage--;
        case "suspend":
        case "resume":
        case "forbid":
        case "allow":
          return NOTHING;
      }
    },
    irq: ({ call, device: name, irq }) => {
      const device = this.#device(name);
      // The folder goes with a driver; after that, Linux 7.3 has it wrong.
      if (!isAdded(device) || device.disturbed || (device.wanted && !this.#surelyBound(device))) return null;
      if (call === "remove") return device.irqNumbers.has(irq) ? () => device.irqNumbers.delete(irq) : null;
      return device.irqNumbers.has(irq) ? null : () => device.irqNumbers.add(irq);
    },
  };

  #device(name: string): ModelDevice {
    const device = this.devices.get(name);
    if (device === undefined) throw new Error(`device ${name} is not declared`);
    return device;
  }

  #driver(name: string): ModelDriver {
    const driver = this.drivers.get(name);
    if (driver === undefined) throw new Error(`driver ${name} is not declared`);
    return driver;
  }

  #fresh(device: ModelDevice, state: "initialised" | "created"): void {
    const parentLife = this.#lifeOf(device.declaration.parent ?? "") ?? 0;
    Object.assign(device, { state, life: ++this.#lives, parentLife, busName: "", firstReference: true, references: 1 });
    Object.assign(device, { rpmDisabled: 1, rpmUsage: 0, wanted: false, disturbed: false });
    device.irqNumbers.clear();
  }

  #add<S extends ModelDevice["state"]>(device: ModelDevice, modname: string, then: S, failed: S): void {
    const { name, id } = device.declaration;
    const busName = `${modname}.${name}.${id | 0}`.replaceAll("/", "!");
    const taken = this.added().some(([, other]) => other !== device && other.busName === busName);
    device.state = taken ? failed : then;
    device.busName = taken ? "" : busName;
    this.#wants(device);
  }

  #wants(device: ModelDevice): void {
    const wanting = [...this.drivers.values()].some(
      (driver) => driver.registered && isFor(driver.declaration, device.busName),
    );
    device.wanted ||= wanting;
  }

  #delete(name: string, from: ModelDevice["state"], then: ModelDevice["state"]): Effect | null {
    const device = this.#device(name);
    if (device.state !== from || this.#hasChildren(name)) return null;
    return () => {
      device.state = then;
      device.busName = "";
      if (then === "declared") Object.assign(device, { firstReference: false, references: 0 });
      const isOther = (link: { consumer: string; supplier: string }): boolean =>
        link.consumer !== name && link.supplier !== name;
      this.#links = this.#links.filter(isOther);
      this.#stateless = this.#stateless.filter(isOther);
      this.#disturb();
    };
  }

  /** Whether a device is another one, or may be below it or have it as a supplier. */
  #mayNeed(device: string, other: string): boolean {
    const needed = new Set([device]);
    for (const each of needed) {
      const { parent = "" } = this.#device(each).declaration;
      if (this.devices.has(parent)) needed.add(parent);
      for (const { consumer, supplier } of this.#links) if (consumer === each) needed.add(supplier);
    }
    return needed.has(other);
  }

  #put(device: ModelDevice): void {
    device.references--;
    if (device.references === 0) device.state = "declared";
  }

  #ifAdded(name: string): Effect | null {
    return isAdded(this.#device(name)) ? NOTHING : null;
  }

  /** Devices below it that are there; one that is not has nothing of its parent. */
  #hasChildren(parent: string): boolean {
    return this.added().some(([, { declaration }]) => declaration.parent === parent);
  }

  /** The life that a parent has now; none when it is not there, not even as an object. */
  #lifeOf(parent: string): number | undefined {
    const device = this.devices.get(parent);
    if (device === undefined) return this.#parents.get(parent);
    return isLive(device) && device.state !== "deleted" && device.state !== "failed" ? device.life : undefined;
  }

  #isThere(parent: string): boolean {
    const device = this.devices.get(parent);
    return device === undefined ? this.#parents.has(parent) : isAdded(device);
  }

  #parentIsThere({ declaration: { parent = "" }, parentLife }: ModelDevice): boolean {
    return this.#isThere(parent) && this.#lifeOf(parent) === parentLife;
  }

  /** A driver may have left: what is shown of interrupts has gone. */
  #disturb(): void {
    for (const [, device] of this.added()) if (device.wanted) device.disturbed = true;
  }

  #surelyBound({ busName }: ModelDevice): boolean {
    return [...this.drivers.values()].some(({ registered, declaration }) => {
      const { probe, async: later, block } = declaration;
      return registered && !later && !block && probe.every((answer) => answer === 0) && isFor(declaration, busName);
    });
  }
}

/** What may come while something runs in the background. */
const QUIET: ReadonlySet<CommandName> = new Set<CommandName>(["unblock", "log", "device", "driver"]);

function isAdded({ state }: ModelDevice): boolean {
  return state === "added" || state === "created";
}

function isLive({ state, references }: ModelDevice): boolean {
  return state !== "declared" || references > 0;
}

function isFor({ ids }: DriverDeclaration, busName: string): boolean {
  const match = busName.slice(0, Math.max(0, busName.lastIndexOf(".")));
  return ids.some(({ name }) => name === match);
}

function driverName({ modname, name }: DriverDeclaration): string {
  return name === undefined ? modname : `${modname}.${name}`;
}
