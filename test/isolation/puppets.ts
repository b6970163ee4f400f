import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type AuxiliaryDevice, Module, type ModuleParams } from "auxbus";
import { type HostKind, Isolation, type IsolationOptions, type RunningModule } from "@auxbus/modules";
import { VirtualRuntime } from "@auxbus/testing";
import { expect } from "vitest";
import { Rig } from "../support/rig.ts";

export const KINDS = ["worker", "process"] as const satisfies readonly HostKind[];

/** What a puppet can be told to do in a callback; see modules/puppet.js. */
export type Order =
  | "ok"
  | `fail ${string}`
  | "exit"
  | "throw"
  | "reject"
  | "kill"
  | "oom"
  | "loop"
  | "never"
  | `progress ${number}`;

/** Something a puppet holds while it is bound. */
class Held implements AsyncDisposable {
  readonly #release: () => void;

  constructor(release: () => void) {
    this.#release = release;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release();
  }
}

/** An object that stays on the side of the bus. */
export class Pet {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  double(n: number): number {
    return n * 2;
  }
}

/** What puppets get from their parent: it tells them what to do, and writes down what they say. */
export class Puppeteer {
  readonly version = "1.0";
  readonly orders = new Map<string, Order[]>();
  readonly said: string[] = [];
  held = 0;
  pet: Pet | null = null;
  onReenter: (how: string) => Promise<unknown> = () => Promise.resolve();
  onTold: (text: string) => void = () => undefined;

  /** The next times that this callback runs. */
  tell(callback: string, ...orders: Order[]): void {
    this.orders.set(callback, [...(this.orders.get(callback) ?? []), ...orders]);
  }

  order(callback: string, device: string): Order {
    const order = this.orders.get(callback)?.shift() ?? "ok";
    this.said.push(order === "ok" ? `${callback} ${device}` : `${callback} ${device}: ${order}`);
    return order;
  }

  told(text: string): void {
    this.said.push(text);
    this.onTold(text);
  }

  take(_why: string): Held {
    this.held++;
    return new Held(() => void this.held--);
  }

  echo(...args: unknown[]): unknown[] {
    return args;
  }

  isMine(object: unknown): boolean {
    return object === this.pet;
  }

  reenter(how: string): Promise<unknown> {
    return this.onReenter(how);
  }
}

type PuppetOptions = IsolationOptions & { readonly runtime?: VirtualRuntime };

/** A bus in virtual time with puppets in workers and processes. */
export class PuppetRig extends Rig {
  readonly isolation: Isolation;
  readonly puppeteer = new Puppeteer();
  readonly errors: string[] = [];
  readonly #running = new Map<string, RunningModule>();

  constructor({ runtime = new VirtualRuntime(), ...options }: PuppetOptions = {}) {
    super({}, runtime);
    this.isolation = new Isolation(this.core, options);
    this.watchHosts(true);
    this.core.log.subscribe(({ level, message }) => {
      if (level === "error") this.errors.push(message);
    });
  }

  readonly #rest = (): Promise<boolean> => this.isolation.rest();

  /** Whether time waits for the workers and processes: not for one that hangs. */
  watchHosts(on: boolean): void {
    if (on) this.runtime.outside.add(this.#rest);
    else this.runtime.outside.delete(this.#rest);
  }

  async load(kind: HostKind, name = "puppet", file = "puppet.js", params: ModuleParams = {}): Promise<void> {
    this.#running.set(name, await this.run(this.start(kind, name, file, params)));
  }

  start(kind: HostKind, name = "puppet", file = "puppet.js", params: ModuleParams = {}): Promise<RunningModule> {
    const folder = join(import.meta.dirname, "modules");
    const url = pathToFileURL(join(folder, file)).href;
    return this.isolation.start({ kind, module: new Module(name), url, folder, params });
  }

  /** @param watch whether time waits for the workers and processes: not when one of them is to crash */
  async upgrade(file: string, watch = true, name = "puppet"): Promise<readonly string[]> {
    const folder = join(import.meta.dirname, "modules");
    const running = this.#running.get(name);
    if (running === undefined) throw new Error(`${name} is not loaded`);
    this.watchHosts(watch);
    const upgrading = running.upgrade(pathToFileURL(join(folder, file)).href, folder);
    const done = await (watch ? this.run(upgrading) : upgrading).finally(() => this.watchHosts(true));
    return done;
  }

  async unload(name = "puppet"): Promise<void> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    await this.run(running?.exit() ?? Promise.reject(new Error(`${name} is not loaded`)));
  }

  puppet(name = "x", id?: number): Promise<AuxiliaryDevice> {
    const made = this.core.auxiliary.create(this.nic, {
      module: "m",
      name,
      shared: this.puppeteer,
      ...(id === undefined ? {} : { id }),
    });
    return this.run(made);
  }

  /** Resolves in real time when this has happened: a worker's end takes none on the clock of the bus. */
  async until(condition: () => boolean): Promise<void> {
    for (const end = performance.now() + 15_000; !condition();) {
      if (performance.now() > end) throw new Error("it did not happen in 15 seconds");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Lets a crash be noticed and everything that follows happen, restarts included. */
  async recovered(device: AuxiliaryDevice): Promise<void> {
    await this.until(() => device.driver === null);
    await this.bound(device);
  }

  /** Lets time pass until the device is bound. */
  async bound(device: AuxiliaryDevice): Promise<void> {
    for (const end = performance.now() + 15_000; device.driver === null;) {
      if (performance.now() > end) throw new Error(`${device.name} was not bound in 15 seconds`);
      await this.runtime.advance(10);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  override async end(): Promise<void> {
    for (const name of [...this.#running.keys()].toReversed()) await this.unload(name);
    await super.end();
    // The bus's own, for deferred probes.
    await this.runtime.advance(10_000);
    expect(this.isolation.hosts(), "workers and processes").toEqual([]);
    expect(this.puppeteer.held, "what puppets hold").toBe(0);
    expect(this.runtime.timers, "timers").toBe(0);
  }
}
