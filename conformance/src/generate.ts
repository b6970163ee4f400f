import { type Command, parseScenario } from "@auxbus/testing";
import { BESIDE, type Family } from "./families.ts";
import { Legal } from "./legal.ts";
import { Proposals } from "./proposals.ts";
import { Random } from "./random.ts";

export interface GeneratedScenario {
  readonly name: string;
  readonly family: Family;
  readonly text: string;
  /** On how many processors it runs. */
  readonly cpus: 1 | 2;
}

/** A random scenario that breaks no rule; the same for the same seed. */
export function generate(family: Family, seed: number): GeneratedScenario {
  // On two processors a guest's clock is a real one, and waiting takes its time.
  const cpus = family === "together" || (BESIDE.has(family) && seed % 12 === 0) ? 2 : 1;
  return { name: `${family}-${seed}`, family, cpus, text: new Generator(family, new Random(seed), cpus).run() };
}

/** The kinds of commands of a family, each as often as it is proposed. */
const COMMON: readonly string[] = [
  ..."publish publish publish device init add add delete delete uninit uninit get put put".split(" "),
  ..."drive drive driver register unregister bind bind bind unbind unbind rescan rescan autoprobe".split(" "),
  ..."reuevent show find walk ls ls cat readlink parent unparent".split(" "),
];

const EXTRA: Readonly<Record<Family, readonly string[]>> = {
  plain: ["byhand", "byhand", "leave", "leave", "remain"],
  power: [..."power power power power power power".split(" "), "drive"],
  runtime: [
    ..."rpm rpm rpm rpm rpm rpm rpm rpm awake awake doze doze power catpm catpm control unbind delete".split(" "),
  ],
  deferral: [..."deferred deferred deferred drive drive byhand power remain".split(" ")],
  links: [
    ..."devlink devlink devlink chain chain chain catlink catlink undevlink unregister deferred power".split(" "),
  ],
  async: [..."drive drive register register byhand power".split(" ")],
  mixed: [
    ..."devlink devlink chain rpm rpm rpm rpm awake doze power power deferred catpm control catlink drive".split(" "),
  ],
  created: [..."make make make make create destroy destroy destroy irq irq irq irq irq irq lsirqs lsirqs".split(" ")],
  together: [],
  shutdown: [],
};

class Generator {
  readonly #family: Family;
  readonly #random: Random;
  readonly #legal = new Legal();
  readonly #proposals: Proposals;
  readonly #lines: string[] = [];
  /** The lines that later ones need in order to be read. */
  readonly #declarations: string[] = [];
  /** Commands; what only waits for them counts for nothing. */
  #commands = 0;

  constructor(family: Family, random: Random, cpus: 1 | 2) {
    this.#family = family;
    this.#random = random;
    const isParallel = cpus === 2 || family === "async";
    this.#proposals = new Proposals({ family, random, legal: this.#legal, isParallel });
  }

  run(): string {
    const random = this.#random;
    const length = 14 + random.integer(32);
    this.#try("parent p0");
    if (random.chance(0.3)) this.#try("parent p1");
    if (random.chance(0.7)) this.#populate();
    // After a shutdown nobody can tell who still holds what.
    const common = this.#family === "shutdown" ? COMMON.filter((kind) => kind !== "get") : COMMON;
    const extra = EXTRA[this.#family];
    for (let attempts = 0; this.#commands < length && attempts < 400; attempts++) {
      if (this.#family === "together" && random.chance(0.25)) this.#window();
      else this.#propose(random.pick(extra.length > 0 && random.chance(0.5) ? extra : common));
    }
    if (this.#family === "shutdown") this.#lines.push("shutdown");
    else if (random.chance(0.4)) this.#tearDown();
    return `${this.#lines.join("\n")}\n`;
  }

  /** Devices and drivers, some of which are for each other. */
  #populate(): void {
    const kinds = ["publish", "publish", "publish", "drive", "drive"];
    for (let left = 3 + this.#random.integer(3); left > 0; left--) this.#propose(this.#random.pick(kinds));
  }

  /** Everything goes, in any order that is right: at the end of a scenario nobody sees it. */
  #tearDown(): void {
    for (let attempts = 0; attempts < 120; attempts++) {
      this.#propose(
        this.#random.pick(["unregister", "delete", "delete", "destroy", "uninit", "uninit", "put", "unparent"]),
      );
    }
  }

  /** Some commands at once, on both processors; then they are waited for. */
  #window(): void {
    const random = this.#random;
    // What is there to be added, and not only to be taken away.
    for (let left = 1 + random.integer(3); left > 0; left--) this.#prepare();
    // What an administrator is answered depends on which drivers there are: these come and go in other windows.
    const way = random.chance(0.6) ? "register register register unregister" : "bind unbind unbind rescan";
    const commands = `${way} add add add add delete delete uninit put`.split(" ");
    let started = 0;
    for (let i = 0; i < 16 && started < 4; i++) {
      const line = this.#proposals.line(random.pick(commands));
      if (line !== undefined && this.#try(`bg ${line}`)) started++;
    }
    this.#try("settle");
  }

  /** A device that only has to be added. */
  #prepare(): void {
    const declared = this.#proposals.line("device");
    if (declared !== undefined && this.#try(declared)) this.#try(`init ${declared.split(" ")[1]}`);
  }

  /** Does something of a kind, unless there is nothing to do it with. */
  #propose(kind: string): void {
    switch (kind) {
      case "publish":
        return this.#declared("device", ["init", "add"]);
      case "drive":
        return this.#declared("driver", ["register"]);
      case "make":
        return this.#declared("device", ["create"]);
      case "byhand":
        return this.#byHand();
      case "leave":
        return this.#leave();
      case "remain":
        return this.#remain();
      case "chain":
        return this.#chain();
      case "awake":
        return this.#awake();
      case "doze":
        return this.#doze();
    }
    for (let i = 0; i < 4; i++) {
      const line = this.#proposals.line(kind);
      if (line !== undefined && this.#do(line)) return;
    }
  }

  #declared(kind: "device" | "driver", steps: readonly string[]): void {
    const declared = this.#proposals.line(kind);
    if (declared === undefined || !this.#do(declared)) return;
    const name = declared.split(" ")[1] ?? "";
    for (const step of steps) {
      const rest = step === "add" || step === "create" ? ` modname=${this.#proposals.module()}` : "";
      if (!this.#do(`${step} ${name}${rest}`)) return;
    }
  }

  /** A driver and a device that are for each other are brought together by an administrator. */
  #byHand(): void {
    const pair = this.#random.pickAny(this.#legal.pairs());
    if (pair === undefined) return;
    const { driverName, busName } = pair;
    const off = this.#random.chance(0.3) && this.#do("autoprobe 0");
    this.#do(`unbind ${driverName} ${busName}`);
    if (this.#random.chance(0.5)) this.#do(`cat bus/auxiliary/devices/${busName}/file`);
    this.#do(`${this.#random.chance(0.7) ? `bind ${driverName}` : "rescan"} ${busName}`);
    if (off) this.#do("autoprobe 1");
  }

  /** A device goes that somebody still has. */
  #leave(): void {
    const device = this.#random.pickAny(this.#legal.added().map(([name]) => name));
    if (device === undefined) return;
    for (const line of [`get ${device}`, `delete ${device}`, `uninit ${device}`, `put ${device}`]) {
      if (!this.#do(line)) return;
      if (this.#random.chance(0.2)) this.#propose("publish");
    }
  }

  /** What a driver has is taken from it, and stays. */
  #remain(): void {
    const pair = this.#random.pickAny(this.#legal.pairs());
    if (pair === undefined) return;
    const { driver, busName } = pair;
    this.#do(`unregister ${driver}`);
    this.#do(`cat bus/auxiliary/devices/${busName}/${this.#random.pick(["file", "uevent"])}`);
    if (this.#random.chance(0.7)) this.#do(`register ${driver}`);
  }

  /** Devices that need each other, one of which then loses its driver, or goes. */
  #chain(): void {
    const random = this.#random;
    const devices = [
      ...new Set(Array.from({ length: 2 + random.integer(3) }, () => this.#random.pickAny(this.#legal.added()))),
    ];
    const known = devices.filter((each) => each !== undefined);
    for (let at = 1; at < known.length; at++) {
      const [consumer, supplier] = [known[at]?.[0] ?? "", known[random.chance(0.7) ? at - 1 : 0]?.[0] ?? ""];
      this.#do(`devlink ${consumer} ${supplier}${this.#proposals.linkFlags()}`);
    }
    const [first] = known;
    if (first === undefined) return;
    const [name, { busName }] = first;
    const driver = this.#legal.pairs().find((pair) => pair.device === name);
    const last = known.at(-1)?.[1].busName ?? busName;
    const ways = [
      [`unbind ${driver?.driverName ?? "nobody"} ${busName}`, `rescan ${last}`, `rescan ${busName}`, `rescan ${last}`],
      [`unregister ${driver?.driver ?? ""}`, `rescan ${last}`, "deferred", `register ${driver?.driver ?? ""}`],
      [`delete ${name}`, `rescan ${last}`, `uninit ${name}`],
      ["power devices", `unbind ${driver?.driverName ?? "nobody"} ${last}`, "power devices"],
      [`rescan ${last}`, "deferred"],
    ];
    for (const line of random.pick(ways)) {
      // One that has no driver has none to be unregistered.
      if (!line.endsWith(" ")) this.#do(line);
      if (random.chance(0.4)) this.#propose("catlink");
    }
  }

  /** Runtime PM is switched on for some devices, and for what they are below. */
  #awake(): void {
    for (let left = 2 + this.#random.integer(3); left > 0; left--) {
      const device = this.#random.pickAny(this.#legal.added());
      if (device === undefined) return;
      const { parent = "" } = device[1].declaration;
      if (this.#legal.devices.has(parent) && this.#random.chance(0.6)) this.#do(`rpm enable ${parent}`);
      this.#do(`rpm enable ${device[0]}`);
    }
  }

  /** A device that uses runtime PM is used and goes to sleep, or is in use, while something happens to it. */
  #doze(): void {
    const random = this.#random;
    const using = this.#legal.added().filter(([, { rpmDisabled }]) => rpmDisabled === 0);
    const device = this.#random.pickAny(using);
    if (device === undefined) return;
    const [name, { busName }] = device;
    this.#do(`rpm get ${name}`);
    if (random.chance(0.7)) this.#do(`rpm put ${name}`);
    const pair = this.#legal.pairs().find((each) => each.device === name);
    const path = this.#proposals.path(name);
    const then = [
      `unbind ${pair?.driverName ?? "nobody"} ${busName}`,
      `bind ${pair?.driverName ?? "nobody"} ${busName}`,
      `rescan ${busName}`,
      "power devices",
      `delete ${name}`,
      `rpm disable ${name}`,
      `cat ${path}/power/runtime_status`,
      ...(pair === undefined ? [] : [`unregister ${pair.driver}`]),
    ];
    for (let left = 1 + random.integer(3); left > 0; left--) this.#do(random.pick(then));
  }

  /** Does it, and lets whatever then runs beside the commands come to its end: where it would stand is not told. */
  #do(line: string): boolean {
    if (!this.#try(line)) return false;
    const [kind = ""] = line.split(" ");
    if (BESIDE.has(this.#family) && SETS_OFF.has(kind)) this.#try("settle");
    return true;
  }

  #try(line: string): boolean {
    const [kind = ""] = line.split(" ");
    const commands = parseScenario([...this.#declarations, line].join("\n")).commands;
    const command: Command | undefined = commands.at(-1);
    if (command === undefined || !this.#legal.take(command)) return false;
    this.#lines.push(line);
    if (kind !== "settle") this.#commands++;
    if (kind === "parent" || kind === "device" || kind === "driver") this.#declarations.push(line);
    return true;
  }
}

/** After these, something may go on beside the commands. */
const SETS_OFF: ReadonlySet<string> = new Set([
  ..."add create delete destroy register unregister bind unbind rescan autoprobe devlink undevlink power rpm uninit put".split(
    " ",
  ),
]);
