import { type Attributes, type Awaitable, BusError, Device, logOf, toError } from "auxbus";
import type { NetDeviceInfo, NetEventType } from "./net-event.ts";

/** What the driver of a network device does for it. All but `xmit` are called under the RTNL. */
export interface NetDeviceOps {
  /** The administrator wants it up. Fails by throwing. */
  open?(): Awaitable<void>;
  stop?(): Awaitable<void>;
  /** Sends a frame; what cannot be sent is dropped. @returns whether it left */
  xmit(frame: Uint8Array): boolean;
  /** Fails by throwing. */
  changeMtu?(mtu: number): Awaitable<void>;
}

export interface NetDeviceSpec {
  /** With `%d` for the lowest free number. */
  readonly name: string;
  readonly parent: Device;
  readonly mac: string;
  readonly mtu?: number;
  /** Bytes ([68, 9216]). */
  readonly mtuRange?: readonly [min: number, max: number];
  readonly ops: NetDeviceOps;
}

export interface NetDeviceStats {
  rxPackets: number;
  txPackets: number;
  rxBytes: number;
  txBytes: number;
  rxDropped: number;
  txDropped: number;
}

/** What the network stack wants to hear from a device. @internal */
export interface NetDeviceOwner {
  changed(dev: NetDevice, type: NetEventType): void;
  received(dev: NetDevice, frame: Uint8Array): void;
}

/** A network device (the kernel's `net_device`), as its driver and the stack share it. */
export class NetDevice {
  readonly name: string;
  readonly ifindex: number;
  readonly mtuRange: readonly [min: number, max: number];
  /** Its folder: `…/net/eth0`. */
  readonly device: Device;
  readonly parent: Device;
  readonly stats: NetDeviceStats = { rxPackets: 0, txPackets: 0, rxBytes: 0, txBytes: 0, rxDropped: 0, txDropped: 0 };
  /** @internal */ readonly ops: NetDeviceOps;
  /** @internal */ readonly addressSet: Set<string> = new Set();
  /** @internal */ isUp = false;
  /** @internal */ masterDev: NetDevice | null = null;
  /** @internal */ mtuBytes: number;
  /** @internal Its frames go elsewhere than to the stack: to the bond's. */
  rxHandler: ((frame: Uint8Array) => void) | null = null;
  /** @internal */ registered = true;
  #mac: string;
  #carrier = false;
  #present = true;
  readonly #owner: NetDeviceOwner;

  /** @internal Use `NetDevices.register`. */
  constructor(owner: NetDeviceOwner, name: string, ifindex: number, spec: NetDeviceSpec) {
    this.#owner = owner;
    this.name = name;
    this.ifindex = ifindex;
    this.parent = spec.parent;
    this.ops = spec.ops;
    this.mtuRange = spec.mtuRange ?? [68, 9216];
    this.mtuBytes = spec.mtu ?? 1500;
    this.#mac = spec.mac;
    this.device = new Device(spec.parent.core, {
      name,
      parent: spec.parent,
      class: "net",
      attributes: this.#attributes(),
    });
  }

  get mac(): string {
    return this.#mac;
  }

  get mtu(): number {
    return this.mtuBytes;
  }

  /** The administrator wants it up. */
  get up(): boolean {
    return this.isUp;
  }

  get carrier(): boolean {
    return this.#carrier;
  }

  get present(): boolean {
    return this.#present;
  }

  /** Frames can be sent: it is up, there, and connected. */
  get running(): boolean {
    return this.isUp && this.#present && this.#carrier;
  }

  /** @internal A bond has the address of its first slave. */
  takeMac(mac: string): void {
    this.#mac = mac;
  }

  /** For the driver: the link came or went (`netif_carrier_on`, `netif_carrier_off`). */
  setCarrier(carrier: boolean): void {
    if (carrier === this.#carrier) return;
    this.#carrier = carrier;
    if (!this.registered) return;
    logOf(this, "info", `Link ${carrier ? "up" : "down"}`);
    if (this.isUp) this.#owner.changed(this, "CHANGE");
  }

  /** For the driver: its hardware is away for a while (`netif_device_detach`). It stays registered, and wanted up. */
  detach(): void {
    this.#present = false;
  }

  attach(): void {
    this.#present = true;
  }

  /** For the driver: a frame has come in. */
  receive(frame: Uint8Array): void {
    if (!this.isUp || !this.#present || !this.registered) {
      this.stats.rxDropped++;
      return;
    }
    this.stats.rxPackets++;
    this.stats.rxBytes += frame.byteLength;
    if (this.rxHandler === null) this.#owner.received(this, frame);
    else this.rxHandler(frame);
  }

  /**
   * Sends a frame; what the driver cannot send is dropped and counted.
   *
   * @throws {BusError} `ENETDOWN` it is not running; `EMSGSIZE` the frame is longer than the MTU allows
   */
  xmit(frame: Uint8Array): void {
    if (!this.running || !this.registered) {
      this.stats.txDropped++;
      throw new BusError("ENETDOWN", `${this.name} is ${this.isUp ? "without link" : "down"}`, { op: "xmit" });
    }
    if (frame.byteLength > this.mtuBytes + 14) {
      this.stats.txDropped++;
      throw new BusError("EMSGSIZE", `${frame.byteLength - 14} bytes do not fit into the MTU ${this.mtuBytes}`, {
        op: "xmit",
      });
    }
    let sent = false;
    try {
      sent = this.ops.xmit(frame);
    } catch (error) {
      logOf(this, "warn", `its driver could not send: ${toError(error).message}`, error);
    }
    if (sent) {
      this.stats.txPackets++;
      this.stats.txBytes += frame.byteLength;
    } else this.stats.txDropped++;
  }

  /** What it is like now. */
  info(): NetDeviceInfo {
    return {
      name: this.name,
      ifindex: this.ifindex,
      mac: this.#mac,
      mtu: this.mtuBytes,
      up: this.isUp,
      carrier: this.#carrier,
      present: this.#present,
      master: this.masterDev?.name ?? null,
      parent: this.parent.name,
      addresses: [...this.addressSet],
    };
  }

  /** @internal For the log. */
  get core(): Device["core"] {
    return this.parent.core;
  }

  /** `up`, `down`, or `notpresent`, as `operstate` says it. */
  get operstate(): string {
    if (!this.#present) return "notpresent";
    return this.running ? "up" : "down";
  }

  #attributes(): Attributes {
    const show = (text: () => string | number): { show(): string } => ({ show: () => `${text()}\n` });
    const { stats } = this;
    const statistics = {
      rx_packets: show(() => stats.rxPackets),
      tx_packets: show(() => stats.txPackets),
      rx_bytes: show(() => stats.rxBytes),
      tx_bytes: show(() => stats.txBytes),
      rx_dropped: show(() => stats.rxDropped),
      tx_dropped: show(() => stats.txDropped),
    };
    return {
      address: show(() => this.#mac),
      carrier: show(() => (this.#carrier ? 1 : 0)),
      ifindex: show(() => this.ifindex),
      mtu: show(() => this.mtuBytes),
      operstate: show(() => this.operstate),
      statistics,
    };
  }
}
