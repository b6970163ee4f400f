import { BusError, type Runtime, type Timer } from "auxbus";
import { BROADCAST, ETH_P_ARP, ETH_P_IP, HEADER_BYTES, macBytes, macText, makeFrame, readHeader } from "./ethernet.ts";
import type { NetDevice } from "./net-device.ts";

const ARP_REQUEST = 1;
const ARP_REPLY = 2;
const ECHO_REQUEST = 8;
const ECHO_REPLY = 0;

/** Milliseconds until a neighbour is asked for again, and how often it is asked for. */
const ARP_TIMEOUT = 1000;
const ARP_TRIES = 3;

interface Waiter<T> {
  readonly resolve: (value: T) => void;
  readonly timer: Timer;
}

/** As much of IPv4 as `ping` needs: who has an address (ARP), and echo. */
export class Inet {
  readonly #runtime: Runtime;
  readonly #neighbours = new Map<NetDevice, Map<string, string>>();
  readonly #asked = new Set<{ readonly dev: NetDevice; readonly address: string; readonly waiter: Waiter<string> }>();
  readonly #echoes = new Map<number, Waiter<number>>();
  #sequence = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** @throws {BusError} `EINVAL` */
  checkAddress(address: string): string {
    const parts = address.split(".");
    if (parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
      return address;
    }
    throw new BusError("EINVAL", `${address} is no IPv4 address (such as 10.0.0.1)`, { op: "address" });
  }

  /**
   * The MAC address of a neighbour. @throws {BusError} `EHOSTUNREACH` nobody answers; `ENETDOWN`; `EINVAL`; `EADDRINUSE`
   * the device has no address to ask with
   */
  async resolve(dev: NetDevice, address: string): Promise<string> {
    this.checkAddress(address);
    const known = this.#neighbours.get(dev)?.get(address);
    if (known !== undefined) return known;
    const own = this.#ownAddress(dev);
    for (let tries = 0; tries < ARP_TRIES; tries++) {
      const answer = new Promise<string | null>((resolve) => {
        const timer = this.#runtime.setTimer(() => {
          this.#asked.delete(entry);
          resolve(null);
        }, ARP_TIMEOUT);
        const entry = { dev, address, waiter: { resolve, timer } };
        this.#asked.add(entry);
      });
      dev.xmit(makeFrame(BROADCAST, dev.mac, ETH_P_ARP, arp(ARP_REQUEST, dev.mac, own, address)));
      const mac = await answer;
      if (mac !== null) return mac;
    }
    throw new BusError("EHOSTUNREACH", `nobody at ${dev.name} answers for ${address}`, { op: "resolve" });
  }

  /**
   * Sends an echo request out of a device and waits for the reply.
   *
   * @returns milliseconds until it came
   * @throws {BusError} `ETIMEDOUT` none came in time; as `resolve`
   */
  async ping(dev: NetDevice, address: string, bytes = 56, timeout = 1000): Promise<number> {
    const to = await this.resolve(dev, address);
    const sequence = ++this.#sequence;
    const start = this.#runtime.now();
    const answer = new Promise<number | null>((resolve) => {
      const timer = this.#runtime.setTimer(() => {
        this.#echoes.delete(sequence);
        resolve(null);
      }, timeout);
      this.#echoes.set(sequence, { resolve, timer });
    });
    const packet = echo(ECHO_REQUEST, this.#ownAddress(dev), address, sequence, new Uint8Array(bytes));
    try {
      dev.xmit(makeFrame(to, dev.mac, ETH_P_IP, packet));
    } catch (error) {
      this.#echoes.get(sequence)?.timer.cancel();
      this.#echoes.delete(sequence);
      throw error;
    }
    const end = await answer;
    if (end === null) throw new BusError("ETIMEDOUT", `no reply from ${address} in ${timeout} ms`, { op: "ping" });
    return end - start;
  }

  /** A frame for the stack has come in. What it does not understand is dropped. */
  receive(dev: NetDevice, frame: Uint8Array): void {
    const header = readHeader(frame);
    if (header === undefined) return;
    const { to, from, type } = header;
    if (to !== dev.mac && to !== BROADCAST) return;
    const payload = frame.subarray(HEADER_BYTES);
    if (type === ETH_P_ARP && payload.byteLength >= 15) this.#receiveArp(dev, payload);
    else if (type === ETH_P_IP && payload.byteLength >= 13) this.#receiveEcho(dev, from, payload);
  }

  /** A device goes: nothing about it is remembered. */
  forget(dev: NetDevice): void {
    this.#neighbours.delete(dev);
  }

  #receiveArp(dev: NetDevice, payload: Uint8Array): void {
    const op = payload[0];
    const mac = macText(payload.subarray(1, 7));
    const sender = ipText(payload.subarray(7, 11));
    const target = ipText(payload.subarray(11, 15));
    this.#learn(dev, sender, mac);
    if (op !== ARP_REQUEST || !dev.addressSet.has(target)) return;
    this.#reply(dev, makeFrame(mac, dev.mac, ETH_P_ARP, arp(ARP_REPLY, dev.mac, target, sender)));
  }

  #learn(dev: NetDevice, address: string, mac: string): void {
    const neighbours = this.#neighbours.get(dev) ?? new Map<string, string>();
    this.#neighbours.set(dev, neighbours.set(address, mac));
    for (const entry of this.#asked) {
      if (entry.dev !== dev || entry.address !== address) continue;
      this.#asked.delete(entry);
      entry.waiter.timer.cancel();
      entry.waiter.resolve(mac);
    }
  }

  #receiveEcho(dev: NetDevice, from: string, payload: Uint8Array): void {
    const type = payload[0];
    const sender = ipText(payload.subarray(1, 5));
    const target = ipText(payload.subarray(5, 9));
    const sequence = new DataView(payload.buffer, payload.byteOffset + 9, 4).getUint32(0);
    if (!dev.addressSet.has(target)) return;
    if (type === ECHO_REQUEST) {
      this.#reply(
        dev,
        makeFrame(from, dev.mac, ETH_P_IP, echo(ECHO_REPLY, target, sender, sequence, payload.slice(13))),
      );
    } else if (type === ECHO_REPLY) {
      const waiter = this.#echoes.get(sequence);
      this.#echoes.delete(sequence);
      waiter?.timer.cancel();
      waiter?.resolve(this.#runtime.now());
    }
  }

  /** An answer that cannot be sent is lost, as any packet may be; the device counts it. Who sent the question is not here. */
  #reply(dev: NetDevice, frame: Uint8Array): void {
    try {
      dev.xmit(frame);
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
    }
  }

  #ownAddress(dev: NetDevice): string {
    const [own] = dev.addressSet;
    if (own !== undefined) return own;
    throw new BusError("EINVAL", `${dev.name} has no address; give it one (ip addr add)`, { op: "resolve" });
  }
}

function ipBytes(address: string): number[] {
  return address.split(".").map(Number);
}

function ipText(bytes: Uint8Array): string {
  return bytes.join(".");
}

function arp(op: number, mac: string, sender: string, target: string): Uint8Array {
  return Uint8Array.from([op, ...macBytes(mac), ...ipBytes(sender), ...ipBytes(target)]);
}

/** Type, addresses, sequence number, data: the fields of IP and ICMP that matter here. */
function echo(type: number, from: string, to: string, sequence: number, data: Uint8Array): Uint8Array {
  const packet = new Uint8Array(13 + data.byteLength);
  packet.set([type, ...ipBytes(from), ...ipBytes(to)]);
  new DataView(packet.buffer).setUint32(9, sequence);
  packet.set(data, 13);
  return packet;
}
