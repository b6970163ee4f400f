import { DriverCore } from "auxbus";
import { Dma } from "@auxbus/pci";
import { VirtualRuntime } from "@auxbus/testing";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { type EthernetPort, EthernetSwitch } from "./ethernet-switch.ts";
import { ACCESS, type Cqe, type QpAttributes, type SendWqe } from "./queue-entries.ts";
import { RdmaEngine, type RdmaEvent } from "./rdma-engine.ts";

const ALL = ACCESS.localWrite | ACCESS.remoteWrite | ACCESS.remoteRead;

let runtime: VirtualRuntime;
let dma: Dma;
let network: EthernetSwitch;
let a: Side;
let b: Side;

/** One end: an engine on a port, memory, and a queue pair. */
class Side {
  readonly port: EthernetPort;
  readonly engine: RdmaEngine;
  readonly mac: string;
  readonly memory = new Uint8Array(64);
  readonly address: number;
  readonly pd: number;
  readonly cqn: number;
  readonly qpn: number;
  readonly events: RdmaEvent[] = [];
  key: number;

  constructor(n: number, access = ALL) {
    this.port = network.addPort();
    this.mac = `02:00:00:00:00:0${n}`;
    const bytes = Uint8Array.from([2, 0, 0, 0, 0, n]);
    this.engine = new RdmaEngine(runtime, dma, {
      mac: () => bytes,
      transmit: (frame) => void this.port.transmit(frame),
    });
    this.engine.onEvent = (event) => void this.events.push(event);
    this.port.onFrame = (frame) => this.engine.receive(frame);
    this.port.setCable(true);
    this.address = dma.map(this.memory);
    this.pd = this.engine.allocPd();
    this.key = this.engine.createMkey(this.pd, this.address, 64, access).lkey;
    this.cqn = this.engine.createCq(16);
    this.qpn = this.engine.createQp(this.pd, this.cqn, this.cqn);
  }

  connect(other: Side, attributes: QpAttributes = {}): void {
    this.engine.modifyQp(this.qpn, { state: "INIT" });
    this.engine.modifyQp(this.qpn, { state: "RTR", destQpn: other.qpn, destMac: other.mac });
    this.engine.modifyQp(this.qpn, { ...attributes, state: "RTS" });
  }

  sge(length: number, offset = 0): { address: number; length: number; lkey: number } {
    return { address: this.address + offset, length, lkey: this.key };
  }

  send(wqe: Partial<SendWqe> & Pick<SendWqe, "id">): void {
    this.engine.postSend(this.qpn, { opcode: "SEND", sge: this.sge(4), ...wqe });
  }

  async done(ms = 2000): Promise<Pick<Cqe, "id" | "status">[]> {
    await runtime.advance(ms);
    return this.engine.pollCq(this.cqn, 100).map(({ id, status }) => ({ id, status }));
  }
}

beforeEach(() => {
  runtime = new VirtualRuntime();
  dma = Dma.of(new DriverCore({ runtime }));
  network = new EthernetSwitch(runtime, 0.01);
  a = new Side(1);
  b = new Side(2);
});

function connect(attributes: QpAttributes = {}): void {
  a.connect(b, attributes);
  b.connect(a, attributes);
}

describe("messages", () => {
  test("a send arrives in the memory that was posted for it", async () => {
    connect();
    a.memory.set([1, 2, 3, 4]);
    b.engine.postReceive(b.qpn, { id: 9, sge: b.sge(8, 16) });
    a.send({ id: 1 });
    expect(await a.done()).toEqual([{ id: 1, status: "SUCCESS" }]);
    expect(b.engine.pollCq(b.cqn, 1)).toEqual([{ id: 9, status: "SUCCESS", opcode: "RECV", qpn: b.qpn, bytes: 4 }]);
    expect([...b.memory.slice(16, 20)]).toEqual([1, 2, 3, 4]);
  });

  test("a write and a read reach the other end's memory without it", async () => {
    connect();
    a.memory.set([1, 2, 3, 4]);
    a.send({ id: 1, opcode: "RDMA_WRITE", remoteAddress: b.address + 8, rkey: b.key });
    a.send({ id: 2, opcode: "RDMA_READ", sge: a.sge(4, 32), remoteAddress: b.address + 8, rkey: b.key });
    expect(await a.done()).toEqual([
      { id: 1, status: "SUCCESS" },
      { id: 2, status: "SUCCESS" },
    ]);
    expect([...b.memory.slice(8, 12), ...a.memory.slice(32, 36)]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect(b.engine.pollCq(b.cqn, 1)).toEqual([]);
  });

  test("who wants no completion gets none when all goes well", async () => {
    connect();
    a.send({ id: 1, opcode: "RDMA_WRITE", remoteAddress: b.address, rkey: b.key, signaled: false });
    a.send({ id: 2, opcode: "RDMA_WRITE", remoteAddress: b.address, rkey: b.key });
    expect(await a.done()).toEqual([{ id: 2, status: "SUCCESS" }]);
  });

  test("to a queue pair of the same card", async () => {
    const qpn = a.engine.createQp(a.pd, a.cqn, a.cqn);
    for (const [from, to] of [
      [a.qpn, qpn],
      [qpn, a.qpn],
    ] as const) {
      a.engine.modifyQp(from, { state: "INIT" });
      a.engine.modifyQp(from, { state: "RTR", destQpn: to, destMac: a.mac });
      a.engine.modifyQp(from, { state: "RTS" });
    }
    a.send({ id: 1, opcode: "RDMA_WRITE", remoteAddress: a.address + 8, rkey: a.key });
    expect(await a.done()).toEqual([{ id: 1, status: "SUCCESS" }]);
  });

  test("completions are told once, after they were asked for", async () => {
    connect();
    const told = (): number => a.events.filter(({ type }) => type === "completion").length;
    a.send({ id: 1, opcode: "RDMA_WRITE", remoteAddress: b.address, rkey: b.key });
    await runtime.advance(10);
    expect(told()).toBe(0);
    a.engine.armCq(a.cqn);
    await runtime.advance(10);
    expect(told(), "there is one already").toBe(1);
    a.send({ id: 2, opcode: "RDMA_WRITE", remoteAddress: b.address, rkey: b.key });
    await runtime.advance(10);
    expect(told()).toBe(1);
  });
});

describe("errors", () => {
  test("LOC_PROT_ERR: own memory that is not registered, out of bounds, of another domain, or unmapped", async () => {
    for (const spoil of [
      () => a.send({ id: 1, sge: { ...a.sge(4), lkey: 12_345 } }),
      () => a.send({ id: 1, sge: a.sge(65) }),
      () => a.send({ id: 1, sge: a.sge(4, -1) }),
      () => {
        a.key = a.engine.createMkey(a.engine.allocPd(), a.address, 64, ALL).lkey;
        a.send({ id: 1 });
      },
      () => {
        dma.unmap(a.address);
        a.send({ id: 1 });
      },
    ]) {
      a = new Side(1);
      b = new Side(2);
      connect();
      spoil();
      expect(await a.done()).toEqual([{ id: 1, status: "LOC_PROT_ERR" }]);
      expect(a.engine.qpState(a.qpn)).toBe("ERR");
      expect(a.events).toContainEqual({ type: "qp-fatal", qpn: a.qpn });
    }
  });

  test("REM_ACCESS_ERR: memory of the other end that it does not give; what comes after is flushed", async () => {
    b = new Side(2, ACCESS.localWrite | ACCESS.remoteRead);
    connect();
    a.send({ id: 1, opcode: "RDMA_READ", remoteAddress: b.address, rkey: b.key });
    a.send({ id: 2, opcode: "RDMA_WRITE", remoteAddress: b.address, rkey: b.key });
    a.send({ id: 3, opcode: "RDMA_READ", remoteAddress: b.address, rkey: b.key });
    expect(await a.done()).toEqual([
      { id: 1, status: "SUCCESS" },
      { id: 2, status: "REM_ACCESS_ERR" },
      { id: 3, status: "WR_FLUSH_ERR" },
    ]);
    expect(b.engine.qpState(b.qpn), "the other end has had enough, too").toBe("ERR");
    a.send({ id: 4 });
    expect(await a.done()).toEqual([{ id: 4, status: "WR_FLUSH_ERR" }]);
  });

  test("RNR_RETRY_EXC_ERR: the other end has no receive posted; one that comes in time is enough", async () => {
    connect({ rnrRetries: 2 });
    a.send({ id: 1 });
    await runtime.advance(1);
    b.engine.postReceive(b.qpn, { id: 9, sge: b.sge(8) });
    expect(await a.done(5)).toEqual([{ id: 1, status: "SUCCESS" }]);
    a.send({ id: 2 });
    expect(await a.done(5)).toEqual([{ id: 2, status: "RNR_RETRY_EXC_ERR" }]);
  });

  test("with 7 retries it waits for ever", async () => {
    connect({ rnrRetries: 7 });
    a.send({ id: 1 });
    expect(await a.done(1000)).toEqual([]);
    b.engine.postReceive(b.qpn, { id: 9, sge: b.sge(8) });
    expect(await a.done(5)).toEqual([{ id: 1, status: "SUCCESS" }]);
  });

  test("REM_INV_REQ_ERR and LOC_LEN_ERR: a receive that is too small", async () => {
    connect();
    b.engine.postReceive(b.qpn, { id: 9, sge: b.sge(2) });
    a.send({ id: 1 });
    expect(await a.done()).toEqual([{ id: 1, status: "REM_INV_REQ_ERR" }]);
    expect(b.engine.pollCq(b.cqn, 1)).toMatchObject([{ id: 9, status: "LOC_LEN_ERR" }]);
  });

  test("RETRY_EXC_ERR: nobody answers; a link that comes back in time loses nothing", async () => {
    connect({ retries: 2, timeout: 10 });
    b.port.setCable(false);
    a.send({ id: 1, opcode: "RDMA_WRITE", remoteAddress: b.address, rkey: b.key });
    await runtime.advance(15);
    b.port.setCable(true);
    expect(await a.done(50)).toEqual([{ id: 1, status: "SUCCESS" }]);
    b.port.setCable(false);
    a.send({ id: 2, opcode: "RDMA_WRITE", remoteAddress: b.address, rkey: b.key });
    expect(await a.done(50)).toEqual([{ id: 2, status: "RETRY_EXC_ERR" }]);
  });

  test("WR_FLUSH_ERR: what is queued when the queue pair is taken down, sends and receives", async () => {
    connect();
    b.engine.postReceive(b.qpn, { id: 8, sge: b.sge(4) });
    b.engine.modifyQp(b.qpn, { state: "ERR" });
    expect(await b.done()).toEqual([{ id: 8, status: "WR_FLUSH_ERR" }]);
    b.engine.postReceive(b.qpn, { id: 9, sge: b.sge(4) });
    expect(await b.done()).toEqual([{ id: 9, status: "WR_FLUSH_ERR" }]);
  });

  test("a completion queue that overruns is told", async () => {
    connect();
    for (let id = 0; id < 20; id++) a.send({ id, opcode: "RDMA_WRITE", remoteAddress: b.address, rkey: b.key });
    expect(await a.done()).toHaveLength(16);
    expect(a.events).toEqual([{ type: "cq-error", cqn: a.cqn }]);
  });
});

describe("objects", () => {
  test("are not taken from under their users", () => {
    expect(() => a.engine.deallocPd(a.pd)).toThrow(/EBUSY/);
    expect(() => a.engine.destroyCq(a.cqn)).toThrow(/EBUSY/);
    a.engine.destroyQp(a.qpn);
    a.engine.destroyCq(a.cqn);
    a.engine.destroyMkey(a.key);
    a.engine.deallocPd(a.pd);
    expect(a.engine.counts()).toEqual({ pds: 0, mrs: 0, cqs: 0, qps: 0 });
  });

  test.each<[string, () => unknown]>([
    ["destroyQp", () => a.engine.destroyQp(99)],
    ["destroyCq", () => a.engine.destroyCq(99)],
    ["destroyMkey", () => a.engine.destroyMkey(99)],
    ["deallocPd", () => a.engine.deallocPd(99)],
    ["createQp", () => a.engine.createQp(99, a.cqn, a.cqn)],
    ["createCq", () => a.engine.createCq(0)],
    ["modifyQp", () => a.engine.modifyQp(a.qpn, { state: "RTS" })],
    ["postSend before RTS", () => a.send({ id: 1 })],
    ["postReceive in RESET", () => a.engine.postReceive(a.qpn, { id: 1, sge: a.sge(1) })],
  ])("%s of what is not there, or out of turn, is EINVAL", (_name, fn) => {
    expect(fn).toThrow(/EINVAL/);
  });

  test("there are only so many", () => {
    const engine = new RdmaEngine(
      runtime,
      dma,
      { mac: () => new Uint8Array(6), transmit: () => undefined },
      { pds: 2 },
    );
    engine.allocPd();
    engine.allocPd();
    expect(() => engine.allocPd()).toThrow(/ENOMEM/);
    engine.reset();
    expect(engine.allocPd()).toBe(1);
  });

  test("nothing is left after a reset: not even a timer", async () => {
    connect();
    a.port.setCable(false);
    a.send({ id: 1 });
    a.engine.reset();
    expect(a.engine.counts()).toEqual({ pds: 0, mrs: 0, cqs: 0, qps: 0 });
    await runtime.runUntilIdle();
    expect(runtime.timers).toBe(0);
  });
});

test("over a network that loses frames, everything arrives once and in order, or the connection ends", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      async (losses, count) => {
        runtime = new VirtualRuntime();
        network = new EthernetSwitch(runtime, 0.01);
        a = new Side(1);
        b = new Side(2);
        for (const side of [a, b]) {
          const { port } = side;
          port.onFrame = (frame) => {
            if (losses.shift() !== true) side.engine.receive(frame);
          };
        }
        connect({ timeout: 5 });
        for (let id = 0; id < count; id++) b.engine.postReceive(b.qpn, { id, sge: b.sge(1, id) });
        for (let id = 0; id < count; id++) {
          a.memory[id] = id + 1;
          a.send({ id, sge: a.sge(1, id) });
        }
        const sent = await a.done();
        const ids = sent.filter(({ status }) => status === "SUCCESS").map(({ id }) => id);
        expect(sent.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, id) => id));
        expect(ids).toEqual(Array.from({ length: ids.length }, (_, id) => id));
        const got = b.engine.pollCq(b.cqn, 100).filter(({ status }) => status === "SUCCESS");
        expect(got.length).toBeGreaterThanOrEqual(ids.length);
        expect([...b.memory.slice(0, got.length)]).toEqual(Array.from({ length: got.length }, (_, id) => id + 1));
      },
    ),
    { numRuns: 60 },
  );
});
