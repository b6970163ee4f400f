import { BusError, type Runtime } from "auxbus";
import type { Dma } from "@auxbus/pci";
import { type EthernetPort, EthernetSwitch } from "@auxbus/sim_net";
import { Hca } from "./hca.ts";

interface CardPort {
  readonly physical: EthernetPort;
  /** The switch inside of the card: the functions of the port, and the way out. */
  readonly eswitch: EthernetSwitch;
  readonly uplink: EthernetPort;
  readonly vports: Set<EthernetPort>;
}

export interface ConnectXOptions {
  /** How many ports, each with a physical function (2). */
  readonly ports?: number;
  /** The last bytes of the card's MAC addresses (1); cards on one network need different ones. */
  readonly serial?: number;
}

/** Simulated hardware: a ConnectX card with a physical function for each port. */
export class ConnectX {
  readonly baseMac: string;
  /** The physical functions, one for each port. */
  readonly functions: readonly Hca[];
  /** A firmware was burnt that runs from the next reset on. */
  firmwareWaits = false;
  readonly #runtime: Runtime;
  readonly #dma: Dma;
  readonly #serial: number;
  readonly #ports: readonly CardPort[];
  #lag = false;

  /** @param network the switch that its ports are plugged into */
  constructor(runtime: Runtime, dma: Dma, network: EthernetSwitch, options: ConnectXOptions = {}) {
    this.#runtime = runtime;
    this.#dma = dma;
    this.#serial = options.serial ?? 1;
    this.baseMac = this.#mac(0, 0);
    const ports = Array.from({ length: options.ports ?? 2 }, (_, i) => i);
    this.#ports = ports.map(() => this.#makePort(network));
    this.functions = ports.map(
      (port) =>
        new Hca(this, runtime, dma, { kind: "PF", port, mac: this.#mac(port, 0), vport: this.#makeVport(port) }),
    );
    for (const { physical } of this.#ports) physical.setCable(true);
  }

  #mac(port: number, index: number): string {
    const hex = (value: number): string => (value & 0xff).toString(16).padStart(2, "0");
    return `b8:ce:f6:${hex(this.#serial)}:${hex((port << 6) + (index >> 8))}:${hex(index)}`;
  }

  #makePort(network: EthernetSwitch): CardPort {
    const physical = network.addPort();
    const eswitch = new EthernetSwitch(this.#runtime);
    const uplink = eswitch.addPort();
    const port: CardPort = { physical, eswitch, uplink, vports: new Set() };
    uplink.setCable(true);
    uplink.onFrame = (frame) => void physical.transmit(frame);
    physical.onFrame = (frame) => void uplink.transmit(frame);
    physical.onLink = (up) => {
      for (const vport of port.vports) vport.setCable(up);
    };
    return port;
  }

  #makeVport(index: number): EthernetPort {
    const port = this.#port(index);
    const vport = port.eswitch.addPort();
    port.vports.add(vport);
    vport.setCable(port.physical.up);
    return vport;
  }

  #port(index: number): CardPort {
    const port = this.#ports[index];
    if (port === undefined) throw new BusError("EINVAL", `the card has no port ${index}`, { op: "port" });
    return port;
  }

  /** A virtual function of a port. Plug it into the PCI bus to have it driven. */
  makeVf(port: number, index: number): Hca {
    return new Hca(this, this.#runtime, this.#dma, {
      kind: "VF",
      port,
      mac: this.#mac(port, 0x10 + index),
      vport: this.#makeVport(port),
    });
  }

  /** @internal */
  makeSf(port: number, index: number, used: (used: boolean) => void): Hca {
    return new Hca(this, this.#runtime, this.#dma, {
      kind: "SF",
      port,
      mac: this.#mac(port, 0x80 + (index & 0x7f)),
      vport: this.#makeVport(port),
      used,
    });
  }

  /** @internal */
  unplug(index: number, vport: EthernetPort): void {
    const port = this.#port(index);
    port.vports.delete(vport);
    port.eswitch.removePort(vport);
  }

  /** Plugs a port's cable in, or pulls it out. */
  setCable(port: number, plugged: boolean): void {
    this.#port(port).physical.setCable(plugged);
  }

  /** The ports are bonded in hardware. */
  get lag(): boolean {
    return this.#lag;
  }

  createLag(): void {
    if (this.#lag)
      throw new BusError("EIO", "CREATE_LAG failed, status bad resource state (0x9)", { op: "CREATE_LAG" });
    this.#lag = true;
  }

  destroyLag(): void {
    if (!this.#lag)
      throw new BusError("EIO", "DESTROY_LAG failed, status bad resource state (0x9)", { op: "DESTROY_LAG" });
    this.#lag = false;
  }

  /** @internal A physical function goes down: the ports are not bonded any more. */
  dropLag(): void {
    this.#lag = false;
  }

  /** The firmware that waits begins to run: all functions are reset, and those that nobody asked are told. */
  activateFirmware(asked: Hca | null): void {
    this.firmwareWaits = false;
    for (const hca of this.functions) {
      if (hca !== asked) hca.event({ type: "reset-now" });
      hca.reset();
    }
  }

  /** The card is pulled out of the machine: it is not on the network any more. */
  remove(): void {
    for (const { physical } of this.#ports) physical.setCable(false);
  }
}
