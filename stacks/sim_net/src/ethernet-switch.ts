import type { Runtime } from "auxbus";

/** Bytes before the payload of a frame: destination, source, type. */
export const HEADER_BYTES = 14;

const BROADCAST = 0xffff_ffff_ffff;

/** A MAC address as a number: quick to compare. */
export function macAt(frame: Uint8Array, offset: number): number {
  let mac = 0;
  for (let i = 0; i < 6; i++) mac = mac * 256 + (frame[offset + i] ?? 0);
  return mac;
}

/** Simulated hardware: a learning Ethernet switch. Frames take their time, and keep their order. */
export class EthernetSwitch {
  /** Milliseconds that a frame takes; 0: no longer than the machine needs. Change it at any time. */
  latency: number;
  readonly #runtime: Runtime;
  readonly #ports = new Set<EthernetPort>();
  readonly #learned = new Map<number, EthernetPort>();

  constructor(runtime: Runtime, latency = 0) {
    this.#runtime = runtime;
    this.latency = latency;
  }

  /** A new port, without cable. */
  addPort(): EthernetPort {
    const port = new EthernetPort(this);
    this.#ports.add(port);
    return port;
  }

  removePort(port: EthernetPort): void {
    port.setCable(false);
    this.#ports.delete(port);
    this.#forget(port);
  }

  /** @internal */
  forward(from: EthernetPort, frame: Uint8Array): void {
    const source = macAt(frame, 6);
    if (source !== BROADCAST) this.#learned.set(source, from);
    const deliver = (): void => this.#deliver(from, frame);
    if (this.latency > 0) this.#runtime.setTimer(deliver, this.latency);
    else this.#runtime.defer(deliver);
  }

  #deliver(from: EthernetPort, frame: Uint8Array): void {
    const to = macAt(frame, 0);
    const port = to === BROADCAST ? undefined : this.#learned.get(to);
    if (port !== undefined) {
      if (port !== from) port.deliver(frame);
      return;
    }
    for (const other of this.#ports) if (other !== from) other.deliver(frame);
  }

  /** @internal */
  unplugged(port: EthernetPort): void {
    this.#forget(port);
  }

  #forget(port: EthernetPort): void {
    for (const [mac, learned] of this.#learned) if (learned === port) this.#learned.delete(mac);
  }
}

/** What is plugged into a switch: one end of a cable. */
export class EthernetPort {
  readonly #switch: EthernetSwitch;
  /** Called with every frame that arrives. */
  onFrame: ((frame: Uint8Array) => void) | null = null;
  /** Called when the cable is plugged in or pulled out. */
  onLink: ((up: boolean) => void) | null = null;
  /** Frames that are lost because nobody takes them, or the cable is out. */
  dropped = 0;
  #cable = false;

  /** @internal Use `EthernetSwitch.addPort`. */
  constructor(owner: EthernetSwitch) {
    this.#switch = owner;
  }

  get up(): boolean {
    return this.#cable;
  }

  setCable(cable: boolean): void {
    if (cable === this.#cable) return;
    this.#cable = cable;
    if (!cable) this.#switch.unplugged(this);
    this.onLink?.(cable);
  }

  /** @returns whether it left */
  transmit(frame: Uint8Array): boolean {
    if (!this.#cable) {
      this.dropped++;
      return false;
    }
    this.#switch.forward(this, frame);
    return true;
  }

  /** @internal */
  deliver(frame: Uint8Array): void {
    if (this.#cable && this.onFrame !== null) this.onFrame(frame);
    else this.dropped++;
  }
}
