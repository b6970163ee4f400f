import { BusError, Disposer, type Runtime } from "auxbus";
import type { Dma } from "@auxbus/pci";
import {
  type Cqe,
  type EngineLimits,
  type MemoryRegion,
  type QpAttributes,
  RdmaEngine,
  type RdmaEvent,
  type RdmaPort,
  type RecvWqe,
  type SendWqe,
} from "@auxbus/sim_net";

/** What a driver brings up, in this order: it asks for what it needs. */
export const RDMA_STAGES = ["cqp", "hmc", "ccq", "ceq0", "aeq", "ilq", "ieq", "ceqs"] as const;

export type RdmaStage = (typeof RDMA_STAGES)[number];

/** What can be made to go wrong with RDMA, and how long things take. Change it at any time. */
export interface RdmaFaults {
  /** How many more times bringing up a stage fails. */
  readonly failStages: Map<RdmaStage, number>;
  /** How many more commands fail. */
  failCommands: number;
  /** Milliseconds that a command takes. */
  commandLatency: number;
}

/**
 * Simulated hardware: the RDMA part of an Intel network function, as its driver sees it through its registers: stages
 * that are brought up one after the other, then a queue for commands (CQP), and doorbells.
 */
export class RdmaBlock {
  readonly faults: RdmaFaults = { failStages: new Map(), failCommands: 0, commandLatency: 0.1 };
  readonly #runtime: Runtime;
  readonly #engine: RdmaEngine;
  readonly #stages = new Set<RdmaStage>();
  readonly #listeners = new Set<(event: RdmaEvent) => void>();

  constructor(runtime: Runtime, dma: Dma, port: RdmaPort) {
    this.#runtime = runtime;
    this.#engine = new RdmaEngine(runtime, dma, port);
    this.#engine.onEvent = (event) => {
      for (const fn of this.#listeners) fn(event);
    };
  }

  get limits(): EngineLimits {
    return this.#engine.limits;
  }

  /** The stages that are up. */
  stages(): RdmaStage[] {
    return [...this.#stages];
  }

  counts(): ReturnType<RdmaEngine["counts"]> {
    return this.#engine.counts();
  }

  /** Hears interrupts. @returns what ends it */
  subscribe(fn: (event: RdmaEvent) => void): Disposable {
    this.#listeners.add(fn);
    return new Disposer(() => void this.#listeners.delete(fn));
  }

  /** @throws {BusError} `EIO` it does not come up; `EINVAL` it is up already */
  async bringUp(stage: RdmaStage): Promise<void> {
    await this.#time();
    if (this.#stages.has(stage)) throw new BusError("EINVAL", `${stage} is up already`, { op: stage });
    const left = this.faults.failStages.get(stage) ?? 0;
    if (left > 0) {
      this.faults.failStages.set(stage, left - 1);
      throw new BusError("EIO", `${stage} does not come up`, { op: stage });
    }
    this.#stages.add(stage);
  }

  async takeDown(stage: RdmaStage): Promise<void> {
    await this.#time();
    this.#stages.delete(stage);
    if (stage === "cqp") this.#engine.reset();
  }

  // Commands: each fails with `EIO` when the command queue is not up, or as the fault knobs say.

  allocPd(): Promise<number> {
    return this.#command("alloc_pd", () => this.#engine.allocPd());
  }

  deallocPd(pd: number): Promise<void> {
    return this.#command("dealloc_pd", () => this.#engine.deallocPd(pd));
  }

  createMkey(pd: number, dma: number, length: number, access: number): Promise<MemoryRegion> {
    return this.#command("alloc_stag", () => this.#engine.createMkey(pd, dma, length, access));
  }

  destroyMkey(lkey: number): Promise<void> {
    return this.#command("dealloc_stag", () => this.#engine.destroyMkey(lkey));
  }

  createCq(depth: number): Promise<number> {
    return this.#command("create_cq", () => this.#engine.createCq(depth));
  }

  destroyCq(cqn: number): Promise<void> {
    return this.#command("destroy_cq", () => this.#engine.destroyCq(cqn));
  }

  createQp(pd: number, sendCq: number, recvCq: number): Promise<number> {
    return this.#command("create_qp", () => this.#engine.createQp(pd, sendCq, recvCq));
  }

  modifyQp(qpn: number, attributes: QpAttributes): Promise<void> {
    return this.#command("modify_qp", () => this.#engine.modifyQp(qpn, attributes));
  }

  destroyQp(qpn: number): Promise<void> {
    return this.#command("destroy_qp", () => this.#engine.destroyQp(qpn));
  }

  async #command<T>(name: string, fn: () => T): Promise<T> {
    await this.#time();
    if (!this.#stages.has("cqp")) throw new BusError("EIO", `${name}: the command queue is down`, { op: name });
    if (this.faults.failCommands > 0) {
      this.faults.failCommands--;
      throw new BusError("EIO", `${name} failed`, { op: name });
    }
    return fn();
  }

  // Doorbells.

  postSend(qpn: number, wqe: SendWqe): void {
    this.#engine.postSend(qpn, wqe);
  }

  postReceive(qpn: number, wqe: RecvWqe): void {
    this.#engine.postReceive(qpn, wqe);
  }

  pollCq(cqn: number, most: number): readonly Cqe[] {
    return this.#engine.pollCq(cqn, most);
  }

  armCq(cqn: number): void {
    this.#engine.armCq(cqn);
  }

  /** @internal A frame that carries RDMA has come in. */
  receive(frame: Uint8Array): void {
    if (this.#stages.has("cqp")) this.#engine.receive(frame);
  }

  /** The function was reset: nothing is up. What was queued is flushed before it is forgotten. */
  reset(): void {
    this.#engine.fail();
    this.#engine.reset();
    this.#stages.clear();
  }

  #time(): Promise<void> {
    const { commandLatency } = this.faults;
    if (commandLatency <= 0) return Promise.resolve();
    return new Promise((resolve) => void this.#runtime.setTimer(resolve, commandLatency));
  }
}
