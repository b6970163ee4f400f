import { BusError, type DriverCore, toError } from "auxbus";
import { NetDevices } from "@auxbus/netdev";
import { writeBw } from "@auxbus/perftest";
import type { PciDevice } from "@auxbus/pci";
import { Rdma } from "@auxbus/rdma";
import { EthernetSwitch } from "@auxbus/sim_net";
import type { NicsParams } from "./params.ts";
import { plugConnectX } from "./plug-connectx.ts";
import { plugIntel } from "./plug-intel.ts";

/** Milliseconds that somebody writes through RDMA. */
const WRITE_TIME = 200;

/** A machine with network cards, all on one switch, and somebody who uses them. */
export class Machine {
  readonly #core: DriverCore;
  readonly #params: NicsParams;
  readonly #network: EthernetSwitch;
  readonly #devices: PciDevice[] = [];
  readonly #ending = new AbortController();
  #addressing: Disposable | null = null;
  #busy: Promise<void> = Promise.resolve();

  constructor(core: DriverCore, params: NicsParams) {
    this.#core = core;
    this.#params = params;
    this.#network = new EthernetSwitch(core.runtime);
  }

  async plug(): Promise<void> {
    const { connectx, e810, x710, e2100, addresses } = this.#params;
    if (addresses) this.#giveAddresses();
    if (connectx > 0) {
      const { functions } = await plugConnectX(this.#core, this.#network, { ports: connectx });
      this.#devices.push(...functions);
    }
    for (const [model, functions] of [
      ["e810", e810],
      ["x710", x710],
      ["e2100", e2100],
    ] as const) {
      const plugged = await plugIntel(this.#core, this.#network, { model, functions });
      this.#devices.push(...plugged.map(({ device }) => device));
    }
  }

  /** Stops whatever is going on, and takes the cards out. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#busy;
    for (const device of this.#devices.splice(0).toReversed()) await device.destroy();
    this.#addressing?.[Symbol.dispose]();
  }

  /** As a network manager does: whatever appears is brought up, with the first address that is free. */
  #giveAddresses(): void {
    const netdevs = NetDevices.of(this.#core);
    this.#addressing = netdevs.subscribe(({ type, dev }) => {
      if (type !== "REGISTER") return;
      // Not within the notifier: it is told under the RTNL.
      this.#core.runtime.defer(() => {
        void this.#try(async () => {
          if (netdevs.find(dev.name) === undefined) return;
          await netdevs.setUp(dev.name, true);
          await netdevs.addAddress(dev.name, freeAddress(netdevs));
        });
      });
    });
  }

  /** Asks for an echo, then writes through RDMA, again and again; one of it every `period` ms. */
  live(period: number): void {
    const steps = [() => this.#ping(), () => this.#write()];
    const next = (turn: number): void => {
      this.#core.runtime.setTimer(() => {
        if (this.#ending.signal.aborted) return;
        this.#busy = this.#try(steps[turn % steps.length] ?? (() => Promise.resolve()));
        void this.#busy.then(() => next(turn + 1));
      }, period);
    };
    next(0);
  }

  async #try(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#core.log.warn(`sim_nics: ${toError(error).message}`, { error });
    }
  }

  async #ping(): Promise<void> {
    const netdevs = NetDevices.of(this.#core);
    const [from, to] = netdevs.devices().filter(({ running, addressSet }) => running && addressSet.size > 0);
    const [address] = to?.addressSet ?? [];
    if (from === undefined || address === undefined) return;
    const ms = await netdevs.inet.ping(from, address);
    this.#core.log.info(`ping: ${from.name} to ${address} (${to?.name ?? ""}): ${ms.toFixed(3)} ms`);
  }

  async #write(): Promise<void> {
    const rdma = Rdma.of(this.#core);
    const active = rdma.links().filter(({ state, port }) => state === "ACTIVE" && port === 1);
    const [from, to] = [active[0]?.device, active.at(-1)?.device];
    if (from === undefined || to === undefined || from === to) return;
    const { signal } = this.#ending;
    const options = {
      devices: [from, to],
      size: 65_536,
      duration: WRITE_TIME,
      interval: WRITE_TIME / 2,
      signal,
    } as const;
    for await (const { mbps } of writeBw(rdma, this.#core.runtime, options)) {
      this.#core.log.info(`RDMA: ${from} to ${to}: ${mbps.toFixed(0)} MB/s`);
      return;
    }
  }
}

function freeAddress(netdevs: NetDevices): string {
  const taken = new Set(netdevs.list().flatMap(({ addresses }) => addresses));
  for (let n = 1; n < 255; n++) if (!taken.has(`10.0.0.${n}`)) return `10.0.0.${n}`;
  throw new BusError("ENOSPC", "10.0.0.1 to 10.0.0.254 are taken", { op: "address" });
}
