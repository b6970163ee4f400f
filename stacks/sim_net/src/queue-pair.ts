import type { Runtime, Timer } from "auxbus";
import type { CompletionQueue } from "./completion-queue.ts";
import {
  ACCESS,
  type CqeStatus,
  type QpAttributes,
  type QpState,
  type RecvWqe,
  type SendWqe,
} from "./queue-entries.ts";
import { encodeRoce, type RocePacket, roceHeader } from "./roce-packet.ts";

/** Requests that are on their way at the same time. */
const WINDOW = 64;

/** Milliseconds until somebody who had no receive posted is asked again. */
const RNR_DELAY = 0.64;

/** For ever, where retries are counted. */
const FOR_EVER = 7;

const NO_MAC = new Uint8Array(6);

/** What a queue pair needs of the engine that it is in. */
export interface QueuePairHost {
  readonly runtime: Runtime;
  /** This end's MAC address. */
  mac(): Uint8Array;
  transmit(frame: Uint8Array): void;
  /** Memory by local or remote key; undefined when the key, its protection domain, rights or bounds forbid it. */
  memory(pd: number, key: number, access: number, address: number, length: number): Uint8Array | undefined;
  /** It has gone to the error state by itself. */
  failed(qpn: number): void;
}

interface InFlight {
  readonly psn: number;
  readonly wqe: SendWqe;
}

/** A reliable connected queue pair: go back N, acknowledged one by one. */
export class QueuePair {
  readonly qpn: number;
  readonly pd: number;
  readonly sendCq: CompletionQueue;
  readonly recvCq: CompletionQueue;
  readonly #host: QueuePairHost;
  #state: QpState = "RESET";
  #destQpn = 0;
  #destMac: Uint8Array = NO_MAC;
  #header: Uint8Array = NO_MAC;
  /** Sent, not yet acknowledged, in order. */
  #inFlight: InFlight[] = [];
  #waiting: SendWqe[] = [];
  #receives: RecvWqe[] = [];
  #nextPsn = 0;
  #expectedPsn = 0;
  #retries = 7;
  #retriesLeft = 7;
  #rnrRetries = 3;
  #rnrLeft = 3;
  #timeout = 50;
  #timer: Timer | null = null;
  /** Waits until the other end may have posted a receive. */
  #backingOff = false;

  constructor(host: QueuePairHost, qpn: number, pd: number, sendCq: CompletionQueue, recvCq: CompletionQueue) {
    this.#host = host;
    this.qpn = qpn;
    this.pd = pd;
    this.sendCq = sendCq;
    this.recvCq = recvCq;
  }

  get state(): QpState {
    return this.#state;
  }

  /** How many send and receive requests are queued. */
  get queued(): { readonly sends: number; readonly receives: number } {
    return { sends: this.#waiting.length + this.#inFlight.length, receives: this.#receives.length };
  }

  /** @returns whether it may go to that state from where it is */
  modify(attributes: QpAttributes): boolean {
    const { state } = attributes;
    if (state !== undefined && !mayGo(this.#state, state)) return false;
    if (attributes.destQpn !== undefined) this.#destQpn = attributes.destQpn;
    if (attributes.destMac !== undefined) {
      this.#destMac = Uint8Array.from(attributes.destMac.split(":"), (part) => Number.parseInt(part, 16));
    }
    this.#expectedPsn = attributes.rqPsn ?? this.#expectedPsn;
    this.#nextPsn = attributes.sqPsn ?? this.#nextPsn;
    this.#retries = this.#retriesLeft = attributes.retries ?? this.#retries;
    this.#rnrRetries = this.#rnrLeft = attributes.rnrRetries ?? this.#rnrRetries;
    this.#timeout = attributes.timeout ?? this.#timeout;
    if (state === undefined || state === this.#state) return true;
    this.#state = state;
    if (state === "RESET") this.#clear();
    if (state === "ERR") this.#flush();
    if (state === "RTR") this.#header = roceHeader(this.#destMac, this.#host.mac());
    if (state === "RTS") this.#pump();
    return true;
  }

  postSend(wqe: SendWqe): void {
    if (this.#state === "ERR") this.#complete(wqe, "WR_FLUSH_ERR", 0);
    else {
      this.#waiting.push(wqe);
      this.#pump();
    }
  }

  postReceive(wqe: RecvWqe): void {
    if (this.#state === "ERR") this.#completeReceive(wqe, "WR_FLUSH_ERR", 0);
    else this.#receives.push(wqe);
  }

  /** Gone without a word: nothing is completed. */
  destroy(): void {
    this.#state = "RESET";
    this.#clear();
  }

  receive(packet: RocePacket): void {
    if (packet.sourceQpn !== this.#destQpn) return;
    const answers = this.#state === "RTS" || this.#state === "RTR";
    switch (packet.opcode) {
      case "SEND":
      case "WRITE":
      case "READ":
        if (answers) this.#request(packet);
        break;
      case "READ_RESPONSE":
        if (this.#state === "RTS") this.#readResponse(packet);
        break;
      case "ACK":
        if (this.#state === "RTS") this.#acknowledged(packet.psn);
        break;
      case "RNR_NAK":
        if (this.#state === "RTS") this.#notReady(packet.psn);
        break;
      case "ACCESS_NAK":
        this.#refused(packet.psn, "REM_ACCESS_ERR");
        break;
      case "REQUEST_NAK":
        this.#refused(packet.psn, "REM_INV_REQ_ERR");
        break;
    }
  }

  // The side that asks.

  #pump(): void {
    while (this.#state === "RTS" && !this.#backingOff && this.#inFlight.length < WINDOW) {
      const wqe = this.#waiting.shift();
      if (wqe === undefined) break;
      const entry: InFlight = { psn: this.#nextPsn, wqe };
      this.#nextPsn++;
      this.#inFlight.push(entry);
      if (!this.#transmit(entry)) return;
    }
    this.#watch();
  }

  /** @returns false when its own memory could not be read: it is in the error state now */
  #transmit({ psn, wqe }: InFlight): boolean {
    const { sge, opcode } = wqe;
    const access = opcode === "RDMA_READ" ? ACCESS.localWrite : 0;
    const memory = this.#host.memory(this.pd, sge.lkey, access, sge.address, sge.length);
    if (memory === undefined) {
      this.#refused(psn, "LOC_PROT_ERR");
      return false;
    }
    const common = { destQpn: this.#destQpn, sourceQpn: this.qpn, psn };
    const remote = { address: wqe.remoteAddress ?? 0, rkey: wqe.rkey ?? 0, length: sge.length };
    if (opcode === "RDMA_READ") this.#send({ opcode: "READ", ...common, ...remote });
    else if (opcode === "RDMA_WRITE") this.#send({ opcode: "WRITE", ...common, ...remote, payload: memory });
    else this.#send({ opcode: "SEND", ...common, payload: memory });
    return true;
  }

  #send(packet: Parameters<typeof encodeRoce>[1]): void {
    this.#host.transmit(encodeRoce(this.#header, packet));
  }

  /** Something is on its way: if nobody answers in time, it is sent again. */
  #watch(): void {
    if (this.#timer !== null || this.#inFlight.length === 0) return;
    this.#timer = this.#host.runtime.setTimer(() => {
      this.#timer = null;
      this.#noAnswer();
    }, this.#timeout);
  }

  #noAnswer(): void {
    const [first] = this.#inFlight;
    if (first === undefined) return;
    if (this.#retriesLeft === 0) {
      this.#refused(first.psn, "RETRY_EXC_ERR");
      return;
    }
    this.#retriesLeft--;
    this.#again();
  }

  #again(): void {
    for (const entry of [...this.#inFlight]) if (!this.#transmit(entry)) return;
    this.#watch();
  }

  /** The other end has `psn`, and all before it; but data that was asked for must have come itself. */
  #acknowledged(psn: number): void {
    const before = this.#inFlight.length;
    for (let [first] = this.#inFlight; first !== undefined && first.psn <= psn; [first] = this.#inFlight) {
      if (first.wqe.opcode === "RDMA_READ") break;
      this.#done(first.wqe);
    }
    // What says nothing new must not make patience begin anew.
    if (this.#inFlight.length < before) this.#progress();
  }

  #readResponse({ psn, payload }: RocePacket): void {
    this.#acknowledged(psn - 1);
    const [first] = this.#inFlight;
    if (first?.psn !== psn) return;
    const { sge } = first.wqe;
    const memory = this.#host.memory(this.pd, sge.lkey, ACCESS.localWrite, sge.address, sge.length);
    if (memory === undefined || payload.byteLength !== memory.byteLength) {
      this.#refused(psn, "LOC_PROT_ERR");
      return;
    }
    memory.set(payload);
    this.#done(first.wqe);
    this.#progress();
  }

  #done(wqe: SendWqe): void {
    this.#inFlight.shift();
    if (wqe.signaled !== false) this.#complete(wqe, "SUCCESS", wqe.sge.length);
  }

  #progress(): void {
    this.#retriesLeft = this.#retries;
    this.#rnrLeft = this.#rnrRetries;
    if (this.#backingOff) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#pump();
  }

  #notReady(psn: number): void {
    this.#acknowledged(psn - 1);
    if (this.#inFlight[0]?.psn !== psn || this.#backingOff) return;
    if (this.#rnrLeft === 0) {
      this.#refused(psn, "RNR_RETRY_EXC_ERR");
      return;
    }
    if (this.#rnrLeft !== FOR_EVER) this.#rnrLeft--;
    this.#backingOff = true;
    this.#timer?.cancel();
    this.#timer = this.#host.runtime.setTimer(() => {
      this.#timer = null;
      this.#backingOff = false;
      this.#again();
      this.#pump();
    }, RNR_DELAY);
  }

  /** The request `psn` has failed for good; so has the connection. */
  #refused(psn: number, status: CqeStatus): void {
    if (this.#state !== "RTS") return;
    this.#acknowledged(psn - 1);
    const index = this.#inFlight.findIndex((entry) => entry.psn === psn);
    if (index === -1) return;
    const [failed] = this.#inFlight.splice(index, 1);
    this.#state = "ERR";
    if (failed !== undefined) this.#complete(failed.wqe, status, 0);
    this.#flush();
    this.#host.failed(this.qpn);
  }

  #complete(wqe: SendWqe, status: CqeStatus, bytes: number): void {
    this.sendCq.push({ id: wqe.id, status, opcode: wqe.opcode, qpn: this.qpn, bytes });
  }

  // The side that is asked.

  #request(packet: RocePacket): void {
    const { psn } = packet;
    const answer = { destQpn: this.#destQpn, sourceQpn: this.qpn, psn };
    if (psn > this.#expectedPsn) return;
    const again = psn < this.#expectedPsn;
    if (packet.opcode === "READ") {
      const memory = this.#remoteMemory(packet, ACCESS.remoteRead);
      if (memory === undefined) return;
      if (!again) this.#expectedPsn++;
      this.#send({ opcode: "READ_RESPONSE", ...answer, payload: memory });
      return;
    }
    if (!again) {
      const taken = packet.opcode === "SEND" ? this.#takeSend(packet) : this.#takeWrite(packet);
      if (!taken) return;
      this.#expectedPsn++;
    }
    this.#send({ opcode: "ACK", ...answer });
  }

  #takeWrite(packet: RocePacket): boolean {
    const memory = this.#remoteMemory(packet, ACCESS.remoteWrite);
    memory?.set(packet.payload);
    return memory !== undefined;
  }

  /** Memory that the other end may use; when it may not, it is told so, and the connection ends. */
  #remoteMemory(packet: RocePacket, access: number): Uint8Array | undefined {
    const memory = this.#host.memory(this.pd, packet.rkey, access, packet.address, packet.length);
    if (memory === undefined) this.#refuse(packet, "ACCESS_NAK");
    return memory;
  }

  #takeSend(packet: RocePacket): boolean {
    const [wqe] = this.#receives;
    if (wqe === undefined) {
      this.#send({ opcode: "RNR_NAK", destQpn: this.#destQpn, sourceQpn: this.qpn, psn: packet.psn });
      return false;
    }
    this.#receives.shift();
    const { sge } = wqe;
    const length = packet.payload.byteLength;
    const memory = this.#host.memory(this.pd, sge.lkey, ACCESS.localWrite, sge.address, sge.length);
    if (memory === undefined || length > sge.length) {
      this.#completeReceive(wqe, memory === undefined ? "LOC_PROT_ERR" : "LOC_LEN_ERR", 0);
      this.#refuse(packet, "REQUEST_NAK");
      return false;
    }
    memory.set(packet.payload);
    this.#completeReceive(wqe, "SUCCESS", length);
    return true;
  }

  #refuse({ psn }: RocePacket, opcode: "ACCESS_NAK" | "REQUEST_NAK"): void {
    this.#send({ opcode, destQpn: this.#destQpn, sourceQpn: this.qpn, psn });
    this.#state = "ERR";
    this.#flush();
    this.#host.failed(this.qpn);
  }

  #completeReceive(wqe: RecvWqe, status: CqeStatus, bytes: number): void {
    this.recvCq.push({ id: wqe.id, status, opcode: "RECV", qpn: this.qpn, bytes });
  }

  // The end of both.

  #flush(): void {
    const sends = [...this.#inFlight.map(({ wqe }) => wqe), ...this.#waiting];
    const receives = this.#receives;
    this.#clear();
    for (const wqe of sends) this.#complete(wqe, "WR_FLUSH_ERR", 0);
    for (const wqe of receives) this.#completeReceive(wqe, "WR_FLUSH_ERR", 0);
  }

  #clear(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#backingOff = false;
    this.#inFlight = [];
    this.#waiting = [];
    this.#receives = [];
  }
}

function mayGo(from: QpState, to: QpState): boolean {
  if (to === "RESET" || to === "ERR" || from === to) return true;
  const next: Partial<Record<QpState, QpState>> = { RESET: "INIT", INIT: "RTR", RTR: "RTS" };
  return next[from] === to;
}
