import { BusError, logOf, toError } from "auxbus";
import type { Dma } from "@auxbus/pci";
import type { IbDevice } from "./ib-device.ts";
import type { IbEvent, Mr, QpAttributes, RecvWr, SendWr, Wc } from "./verbs.ts";

/** What a user context needs of the RDMA core. */
export interface UserContextHost {
  readonly dma: Dma;
  /** The MAC address on the way from a port to a GID. */
  resolve(device: IbDevice, port: number, gid: string): Promise<string>;
  closed(context: UserContext): void;
}

/** One object of a user: made last, destroyed first. */
interface UserObject {
  destroy(): Promise<void>;
}

/**
 * A program's use of an RDMA device (the kernel's `ib_ucontext`, an open `/dev/infiniband/uverbs0`). It does not keep
 * the device's driver: when that goes, the context is disassociated. What was queued is flushed, what was created is
 * destroyed, and every later call fails with `EIO`; it can still be closed.
 */
export class UserContext implements AsyncDisposable {
  readonly device: IbDevice;
  /** Hears what happens to the device, and to objects of this context. */
  onEvent: ((event: IbEvent) => void) | null = null;
  readonly #host: UserContextHost;
  readonly #objects: UserObject[] = [];
  readonly #cqs = new Set<UserCq>();
  readonly #qpns = new Set<number>();
  #state: "open" | "disassociated" | "closed" = "open";
  #calls = 0;
  #idle: (() => void) | null = null;

  /** @internal Use `Rdma.open`. */
  constructor(host: UserContextHost, device: IbDevice) {
    this.#host = host;
    this.device = device;
  }

  get disassociated(): boolean {
    return this.#state === "disassociated";
  }

  /** @throws {BusError} `EIO` the device has gone; else the driver's error. The same is true of all that follows */
  allocPd(): Promise<UserPd> {
    return this.call(async (ops) => {
      const pd = await ops.allocPd();
      return this.#made(new UserPd(this, pd, () => this.call(async () => ops.deallocPd(pd))));
    });
  }

  createCq(depth: number): Promise<UserCq> {
    return this.call(async (ops) => {
      const cq: UserCq = new UserCq(this, depth);
      cq.number = await ops.createCq(depth, (event) => {
        if (event === "completion") cq.notified();
        else this.tell({ type: "CQ_ERR" });
      });
      this.#cqs.add(cq);
      return this.#made(cq);
    });
  }

  /** Pins memory and lets the device reach it. @param access a sum of `ACCESS` */
  regMr(pd: UserPd, memory: Uint8Array, access: number): Promise<UserMr> {
    return this.call(async (ops) => {
      const { dma } = this.#host;
      const address = dma.map(memory);
      try {
        const keys = await ops.regUserMr(pd.number, { dma: address, length: memory.byteLength }, access);
        return this.#made(new UserMr(this, address, memory, keys, dma));
      } catch (error) {
        dma.unmap(address);
        throw error;
      }
    });
  }

  createQp(pd: UserPd, sendCq: UserCq, recvCq: UserCq = sendCq): Promise<UserQp> {
    return this.call(async (ops) => {
      const qpn = await ops.createQp(pd.number, sendCq.number, recvCq.number);
      this.#qpns.add(qpn);
      return this.#made(new UserQp(this, qpn, () => this.#qpns.delete(qpn)));
    });
  }

  /** @internal Calls the driver, unless it has gone. */
  async call<T>(fn: (ops: IbDevice["ops"]) => Promise<T>): Promise<T> {
    if (this.#state !== "open") {
      throw new BusError("EIO", `${this.device.name} has gone; close the context`, {
        op: "verbs",
        device: this.device.name,
      });
    }
    this.#calls++;
    try {
      return await fn(this.device.ops);
    } finally {
      this.#calls--;
      if (this.#calls === 0) this.#idle?.();
    }
  }

  /** @internal */
  resolve(port: number, gid: string): Promise<string> {
    return this.#host.resolve(this.device, port, gid);
  }

  #made<O extends UserObject>(object: O): O {
    this.#objects.push(object);
    return object;
  }

  /** @internal */
  forget(object: UserObject): void {
    const index = this.#objects.indexOf(object);
    if (index !== -1) this.#objects.splice(index, 1);
    if (object instanceof UserCq) this.#cqs.delete(object);
  }

  /** @internal Tells the user, if it is about the device, or a queue pair of his. */
  tell(event: IbEvent): void {
    if (event.qpn !== undefined && !this.#qpns.has(event.qpn)) return;
    try {
      this.onEvent?.(event);
    } catch (error) {
      logOf(this.device, "warn", `a user's event handler failed: ${toError(error).message}`, error);
    }
  }

  /** @internal The device goes: the kernel's `uverbs_destroy_ufile_hw`. */
  async disassociate(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "disassociated";
    await this.#quiet();
    await this.#flush();
    await this.#destroyAll();
    this.tell({ type: "DEVICE_FATAL" });
    for (const cq of this.#cqs) cq.notified();
  }

  /** Waits for calls that have begun. */
  async #quiet(): Promise<void> {
    while (this.#calls > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
  }

  /** What is queued ends with an error; the user can still read that when the queues are gone. */
  async #flush(): Promise<void> {
    const { ops } = this.device;
    for (const qpn of this.#qpns) await this.#try(() => ops.modifyQp(qpn, { state: "ERR" }));
    for (const cq of this.#cqs) await this.#try(async () => cq.keep(await ops.pollCq(cq.number, cq.depth)));
  }

  async #destroyAll(): Promise<void> {
    for (const object of this.#objects.splice(0).toReversed()) await this.#try(() => object.destroy());
  }

  /** A driver that is dead already cannot destroy anything; its device's core has done it. */
  async #try(fn: () => unknown): Promise<void> {
    try {
      await fn();
    } catch (error) {
      logOf(this.device, "debug", `a user's object could not be destroyed: ${toError(error).message}`, error);
    }
  }

  /** Destroys what is left of the user's objects, the last one first. */
  async close(): Promise<void> {
    const was = this.#state;
    if (was === "closed") return;
    this.#state = "closed";
    await this.#quiet();
    if (was === "open") await this.#destroyAll();
    for (const cq of this.#cqs) cq.notified();
    this.#host.closed(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A protection domain: regions and queue pairs of one work together. */
export class UserPd implements UserObject {
  readonly number: number;
  readonly #context: UserContext;
  readonly #free: () => Promise<void>;

  /** @internal */
  constructor(context: UserContext, number: number, free: () => Promise<void>) {
    this.#context = context;
    this.number = number;
    this.#free = free;
  }

  /** @throws {BusError} `EBUSY` something is in it */
  async dealloc(): Promise<void> {
    await this.#free();
    this.#context.forget(this);
  }

  /** @internal */
  async destroy(): Promise<void> {
    await this.#context.device.ops.deallocPd(this.number);
  }
}

/** A completion queue. */
export class UserCq implements UserObject {
  /** @internal */ number = 0;
  /** @internal */ readonly depth: number;
  readonly #context: UserContext;
  /** What was flushed when the device went. */
  readonly #kept: Wc[] = [];
  #waiters: (() => void)[] = [];

  /** @internal */
  constructor(context: UserContext, depth: number) {
    this.#context = context;
    this.depth = depth;
  }

  /** Takes completions out, the oldest first. @param most how many at most */
  async poll(most = 16): Promise<readonly Wc[]> {
    if (this.#kept.length > 0) return this.#kept.splice(0, most);
    return this.#context.call(async (ops) => ops.pollCq(this.number, most));
  }

  /** Completions, as soon as there are some. @throws {BusError} `EIO` the device has gone, and all is read */
  async wait(most = 16): Promise<readonly Wc[]> {
    for (;;) {
      const completions = await this.poll(most);
      if (completions.length > 0) return completions;
      const notified = new Promise<void>((resolve) => void this.#waiters.push(resolve));
      await this.#context.call(async (ops) => ops.reqNotifyCq(this.number));
      await notified;
    }
  }

  /** @internal */
  notified(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  /** @internal */
  keep(completions: readonly Wc[]): void {
    this.#kept.push(...completions);
  }

  /** @internal */
  async destroy(): Promise<void> {
    await this.#context.device.ops.destroyCq(this.number);
  }
}

/** Memory that the device may reach. */
export class UserMr implements UserObject {
  /** Where it begins, for work requests, here and at the other end. */
  readonly address: number;
  readonly memory: Uint8Array;
  readonly lkey: number;
  readonly rkey: number;
  readonly #context: UserContext;
  readonly #dma: Dma;

  /** @internal */
  constructor(context: UserContext, address: number, memory: Uint8Array, { lkey, rkey }: Mr, dma: Dma) {
    this.#context = context;
    this.address = address;
    this.memory = memory;
    this.lkey = lkey;
    this.rkey = rkey;
    this.#dma = dma;
  }

  async dereg(): Promise<void> {
    await this.#context.call(() => this.destroy());
    this.#context.forget(this);
  }

  /** @internal */
  async destroy(): Promise<void> {
    try {
      await this.#context.device.ops.deregMr(this.lkey);
    } finally {
      this.#dma.unmap(this.address);
    }
  }
}

/** Where a queue pair is to be connected to. */
export interface QpDestination {
  readonly gid: string;
  readonly qpn: number;
  /** Of this end, from 1 (1). */
  readonly port?: number;
}

/** A reliable connected queue pair. */
export class UserQp implements UserObject {
  readonly qpn: number;
  readonly #context: UserContext;
  readonly #gone: () => void;

  /** @internal */
  constructor(context: UserContext, qpn: number, gone: () => void) {
    this.#context = context;
    this.qpn = qpn;
    this.#gone = gone;
  }

  modify(attributes: QpAttributes): Promise<void> {
    return this.#context.call(async (ops) => ops.modifyQp(this.qpn, attributes));
  }

  /** INIT, RTR and RTS in one go. @throws {BusError} `EHOSTUNREACH` nobody has that GID; `EINVAL` it is none */
  async connect({ gid, qpn, port = 1 }: QpDestination, attributes: QpAttributes = {}): Promise<void> {
    const destMac = await this.#context.resolve(port, gid);
    await this.modify({ state: "INIT" });
    await this.modify({ state: "RTR", destQpn: qpn, destMac });
    await this.modify({ ...attributes, state: "RTS" });
  }

  postSend(wr: SendWr): Promise<void> {
    return this.#context.call(async (ops) => ops.postSend(this.qpn, wr));
  }

  postRecv(wr: RecvWr): Promise<void> {
    return this.#context.call(async (ops) => ops.postRecv(this.qpn, wr));
  }

  async close(): Promise<void> {
    await this.#context.call(() => this.destroy());
    this.#context.forget(this);
  }

  /** @internal */
  async destroy(): Promise<void> {
    this.#gone();
    await this.#context.device.ops.destroyQp(this.qpn);
  }
}
