import { BusError, IdAllocator, type Runtime } from "auxbus";
import type { Dma } from "@auxbus/pci";
import { CompletionQueue } from "./completion-queue.ts";
import type { Cqe, QpAttributes, QpState, RecvWqe, SendWqe } from "./queue-entries.ts";
import { QueuePair, type QueuePairHost } from "./queue-pair.ts";
import { decodeRoce } from "./roce-packet.ts";

/** What the engine tells the driver of its card. */
export type RdmaEvent =
  | { readonly type: "completion"; readonly cqn: number }
  | { readonly type: "cq-error"; readonly cqn: number }
  | { readonly type: "qp-fatal"; readonly qpn: number };

/** The network side of an engine. */
export interface RdmaPort {
  /** Its MAC address. */
  mac(): Uint8Array;
  transmit(frame: Uint8Array): void;
}

export interface MemoryRegion {
  readonly lkey: number;
  readonly rkey: number;
}

export interface EngineLimits {
  readonly pds: number;
  readonly mrs: number;
  readonly cqs: number;
  readonly cqDepth: number;
  readonly qps: number;
  readonly qpDepth: number;
}

const LIMITS: EngineLimits = { pds: 1024, mrs: 4096, cqs: 1024, cqDepth: 65_536, qps: 1024, qpDepth: 16_384 };

interface Region {
  readonly pd: number;
  readonly dma: number;
  readonly length: number;
  readonly access: number;
}

/** The first number that a queue pair can have; 0 and 1 are special, as on real cards. */
const FIRST_QPN = 2;

/**
 * Simulated hardware: the RDMA part of a network card. It keeps protection domains, memory regions, completion
 * queues and reliable connected queue pairs, reads and writes the host's memory, and sends its messages as frames
 * over the card's port. Every method is what a command or a doorbell of a real card does.
 */
export class RdmaEngine {
  readonly limits: EngineLimits;
  /** Interrupts. Told in a later turn, as they come on their own. */
  onEvent: ((event: RdmaEvent) => void) | null = null;
  readonly #runtime: Runtime;
  readonly #dma: Dma;
  readonly #port: RdmaPort;
  readonly #pds = new Numbers(1);
  readonly #keys = new Numbers(0x100);
  readonly #cqns = new Numbers(1);
  readonly #qpns = new Numbers(FIRST_QPN);
  readonly #regions = new Map<number, Region>();
  readonly #cqs = new Map<number, CompletionQueue>();
  readonly #qps = new Map<number, QueuePair>();
  readonly #host: QueuePairHost;

  constructor(runtime: Runtime, dma: Dma, port: RdmaPort, limits: Partial<EngineLimits> = {}) {
    this.#runtime = runtime;
    this.#dma = dma;
    this.#port = port;
    this.limits = { ...LIMITS, ...limits };
    this.#host = {
      runtime,
      mac: () => port.mac(),
      transmit: (frame) => this.#transmit(frame),
      memory: (pd, key, access, address, length) => this.#memory(pd, key, access, address, length),
      failed: (qpn) => this.#tell({ type: "qp-fatal", qpn }),
    };
  }

  /** How many objects there are. A driver that has gone and left some has leaked them. */
  counts(): { readonly pds: number; readonly mrs: number; readonly cqs: number; readonly qps: number } {
    return { pds: this.#pds.size, mrs: this.#regions.size, cqs: this.#cqs.size, qps: this.#qps.size };
  }

  /** @throws {BusError} `ENOMEM` there are as many as can be */
  allocPd(): number {
    return this.#take(this.#pds, this.limits.pds, "protection domains");
  }

  /** @throws {BusError} `EINVAL` there is no such domain; `EBUSY` something is in it */
  deallocPd(pd: number): void {
    this.#checkPd(pd);
    const users = [...this.#regions.values(), ...this.#qps.values()].filter((user) => user.pd === pd).length;
    if (users > 0) throw new BusError("EBUSY", `protection domain ${pd} has ${users} users`, { op: "dealloc_pd" });
    this.#pds.free(pd);
  }

  /**
   * @param dma where the memory is mapped; also its address in work requests
   * @param access a sum of `ACCESS`
   * @throws {BusError} `EINVAL` no such domain; `ENOMEM`
   */
  createMkey(pd: number, dma: number, length: number, access: number): MemoryRegion {
    this.#checkPd(pd);
    const key = this.#take(this.#keys, this.limits.mrs, "memory regions");
    this.#regions.set(key, { pd, dma, length, access });
    return { lkey: key, rkey: key };
  }

  /** @throws {BusError} `EINVAL` */
  destroyMkey(key: number): void {
    if (!this.#regions.delete(key)) throw invalid("memory region", key, "destroy_mkey");
    this.#keys.free(key);
  }

  /** @throws {BusError} `EINVAL` the depth is out of range; `ENOMEM` */
  createCq(depth: number): number {
    if (!Number.isInteger(depth) || depth < 1 || depth > this.limits.cqDepth) {
      throw new BusError("EINVAL", `a completion queue has 1 to ${this.limits.cqDepth} entries, not ${depth}`, {
        op: "create_cq",
      });
    }
    const cqn = this.#take(this.#cqns, this.limits.cqs, "completion queues");
    const queue = new CompletionQueue(cqn, depth, (event) =>
      this.#tell(event === "completion" ? { type: "completion", cqn } : { type: "cq-error", cqn }),
    );
    this.#cqs.set(cqn, queue);
    return cqn;
  }

  /** @throws {BusError} `EINVAL`; `EBUSY` a queue pair uses it */
  destroyCq(cqn: number): void {
    const queue = this.#cq(cqn);
    if ([...this.#qps.values()].some(({ sendCq, recvCq }) => sendCq === queue || recvCq === queue)) {
      throw new BusError("EBUSY", `a queue pair uses completion queue ${cqn}`, { op: "destroy_cq" });
    }
    this.#cqs.delete(cqn);
    this.#cqns.free(cqn);
  }

  /** @throws {BusError} `EINVAL` */
  pollCq(cqn: number, most: number): Cqe[] {
    return this.#cq(cqn).poll(most);
  }

  /** @throws {BusError} `EINVAL` */
  armCq(cqn: number): void {
    this.#cq(cqn).arm();
  }

  /** @throws {BusError} `EINVAL` no such domain or queue; `ENOMEM` */
  createQp(pd: number, sendCq: number, recvCq: number): number {
    this.#checkPd(pd);
    const queues = [this.#cq(sendCq), this.#cq(recvCq)] as const;
    const qpn = this.#take(this.#qpns, this.limits.qps, "queue pairs");
    this.#qps.set(qpn, new QueuePair(this.#host, qpn, pd, ...queues));
    return qpn;
  }

  /** @throws {BusError} `EINVAL` no such queue pair, or it cannot go to that state from where it is */
  modifyQp(qpn: number, attributes: QpAttributes): void {
    const qp = this.#qp(qpn);
    if (!qp.modify(attributes)) {
      throw new BusError("EINVAL", `queue pair ${qpn} cannot go from ${qp.state} to ${attributes.state ?? ""}`, {
        op: "modify_qp",
      });
    }
  }

  /** @throws {BusError} `EINVAL` */
  qpState(qpn: number): QpState {
    return this.#qp(qpn).state;
  }

  /** @throws {BusError} `EINVAL` */
  destroyQp(qpn: number): void {
    this.#qp(qpn).destroy();
    this.#qps.delete(qpn);
    this.#qpns.free(qpn);
  }

  /** @throws {BusError} `EINVAL` it may not send yet; `ENOMEM` its queue is full */
  postSend(qpn: number, wqe: SendWqe): void {
    const qp = this.#qp(qpn);
    if (qp.state !== "RTS" && qp.state !== "ERR") {
      throw new BusError("EINVAL", `queue pair ${qpn} does not send in the state ${qp.state}`, { op: "post_send" });
    }
    this.#refuseFull(qpn, qp.queued.sends, "post_send");
    qp.postSend(wqe);
  }

  /** @throws {BusError} `EINVAL` it is in the state RESET; `ENOMEM` its queue is full */
  postReceive(qpn: number, wqe: RecvWqe): void {
    const qp = this.#qp(qpn);
    if (qp.state === "RESET") {
      throw new BusError("EINVAL", `queue pair ${qpn} takes nothing in the state RESET`, { op: "post_recv" });
    }
    this.#refuseFull(qpn, qp.queued.receives, "post_recv");
    qp.postReceive(wqe);
  }

  #refuseFull(qpn: number, queued: number, op: string): void {
    if (queued >= this.limits.qpDepth) throw new BusError("ENOMEM", `the queue of queue pair ${qpn} is full`, { op });
  }

  /** A frame that carries RDMA has come in. */
  receive(frame: Uint8Array): void {
    const packet = decodeRoce(frame);
    if (packet !== undefined) this.#qps.get(packet.destQpn)?.receive(packet);
  }

  /** Everything goes to the error state: what is queued is completed as flushed. */
  fail(): void {
    for (const qp of this.#qps.values()) qp.modify({ state: "ERR" });
  }

  /** The card was reset: nothing is left. */
  reset(): void {
    for (const qp of this.#qps.values()) qp.destroy();
    this.#qps.clear();
    this.#cqs.clear();
    this.#regions.clear();
    for (const numbers of [this.#pds, this.#keys, this.#cqns, this.#qpns]) numbers.clear();
  }

  #transmit(frame: Uint8Array): void {
    const own = this.#port.mac();
    // The switch sends nothing back to where it came from: the card does it itself.
    if (own.every((byte, i) => frame[i] === byte)) this.#runtime.defer(() => this.receive(frame));
    else this.#port.transmit(frame);
  }

  #memory(pd: number, key: number, access: number, address: number, length: number): Uint8Array | undefined {
    const region = this.#regions.get(key);
    if (region?.pd !== pd || (region.access & access) !== access) return undefined;
    const offset = address - region.dma;
    if (offset < 0 || offset + length > region.length) return undefined;
    try {
      return this.#dma.at(region.dma, offset, length);
    } catch {
      // The host has unmapped it meanwhile: the IOMMU refuses.
      return undefined;
    }
  }

  #tell(event: RdmaEvent): void {
    this.#runtime.defer(() => this.onEvent?.(event));
  }

  #take(numbers: Numbers, limit: number, what: string): number {
    if (numbers.size >= limit) throw new BusError("ENOMEM", `the card has no more than ${limit} ${what}`);
    return numbers.alloc();
  }

  #checkPd(pd: number): void {
    if (!this.#pds.has(pd)) throw invalid("protection domain", pd, "pd");
  }

  #cq(cqn: number): CompletionQueue {
    const queue = this.#cqs.get(cqn);
    if (queue === undefined) throw invalid("completion queue", cqn, "cq");
    return queue;
  }

  #qp(qpn: number): QueuePair {
    const qp = this.#qps.get(qpn);
    if (qp === undefined) throw invalid("queue pair", qpn, "qp");
    return qp;
  }
}

function invalid(what: string, number: number, op: string): BusError {
  return new BusError("EINVAL", `the card has no ${what} ${number}`, { op });
}

/** Numbers of objects, the lowest free one first. */
class Numbers {
  readonly #first: number;
  #ids = new IdAllocator();

  constructor(first: number) {
    this.#first = first;
  }

  get size(): number {
    return this.#ids.size;
  }

  has(number: number): boolean {
    return this.#ids.has(number - this.#first);
  }

  alloc(): number {
    return this.#ids.alloc() + this.#first;
  }

  free(number: number): void {
    this.#ids.free(number - this.#first);
  }

  clear(): void {
    this.#ids = new IdAllocator();
  }
}
