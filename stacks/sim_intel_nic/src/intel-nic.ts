import { BusError, type Runtime } from "auxbus";
import type { Dma } from "@auxbus/pci";
import { type EthernetPort, type EthernetSwitch, isRoce } from "@auxbus/sim_net";
import { RdmaBlock } from "./rdma-block.ts";

export type IntelModel = "x710" | "e810" | "e2100";

/** How much of a card a reset resets. */
export type ResetLevel = "pf" | "core" | "global" | "emp";

/** Causes of the function's other interrupt (OICR), as bits. */
export const OICR: { readonly HMC_ERR: number; readonly PE_PUSH: number; readonly PE_CRITERR: number } = {
  HMC_ERR: 1 << 26,
  PE_PUSH: 1 << 27,
  PE_CRITERR: 1 << 28,
};

/** What the function tells its driver. */
export type IntelEvent =
  | { readonly type: "link"; readonly up: boolean }
  /** @param reg a sum of `OICR`; @param critErr the code of a critical error */
  | { readonly type: "oicr"; readonly reg: number; readonly critErr: number }
  /** The switch at the other end wants traffic classes to be used otherwise (DCB). */
  | { readonly type: "dcb"; readonly classes: number };

export interface IntelCaps {
  rdma: boolean;
  /** Interrupt vectors for RDMA. */
  rdmaVectors: number;
  /** E2100: how many virtual ports the control plane gives it. */
  vports: number;
}

export interface IntelFaults {
  /** Milliseconds that a reset takes. */
  resetLatency: number;
  /** How many more resets fail. */
  failResets: number;
  /** How many more queue sets cannot be allocated. */
  failQsets: number;
}

/** A port of the function: an Ethernet address, and RDMA over it. */
export class IntelVport {
  readonly mac: string;
  readonly rdma: RdmaBlock;
  /** Frames for the network device. */
  onFrame: ((frame: Uint8Array) => void) | null = null;
  readonly #port: EthernetPort;
  readonly #works: () => boolean;

  /** @internal */
  constructor(runtime: Runtime, dma: Dma, port: EthernetPort, mac: string, works: () => boolean) {
    this.mac = mac;
    this.#port = port;
    this.#works = works;
    const macBytes = Uint8Array.from(mac.split(":"), (part) => Number.parseInt(part, 16));
    this.rdma = new RdmaBlock(runtime, dma, {
      mac: () => macBytes,
      transmit: (frame) => void this.transmit(frame),
    });
    port.onFrame = (frame) => {
      if (!works()) return;
      if (isRoce(frame)) this.rdma.receive(frame);
      else this.onFrame?.(frame);
    };
  }

  get linkUp(): boolean {
    return this.#port.up;
  }

  /** Sends a frame. @returns whether it left */
  transmit(frame: Uint8Array): boolean {
    return this.#works() && this.#port.transmit(frame);
  }

  /** Plugs the cable in, or pulls it out. */
  setCable(plugged: boolean): void {
    this.#port.setCable(plugged);
  }
}

/** Simulated hardware: a function of an Intel network card, as its driver sees it. */
export class IntelNic {
  readonly model: IntelModel;
  readonly pfId: number;
  readonly caps: IntelCaps;
  readonly faults: IntelFaults = { resetLatency: 10, failResets: 0, failQsets: 0 };
  readonly vports: readonly IntelVport[];
  /** Interrupts. */
  onEvent: ((event: IntelEvent) => void) | null = null;
  readonly #runtime: Runtime;
  #resetting = 0;
  #resets = 0;
  #qsets = 0;
  #rdmaFilter = false;

  /**
   * @param network the switch that its ports are cabled to
   * @param serial the last bytes of its MAC addresses; functions on one network need different ones
   */
  constructor(
    runtime: Runtime,
    dma: Dma,
    network: EthernetSwitch,
    options: { readonly model: IntelModel; readonly pfId?: number; readonly serial?: number; readonly vports?: number },
  ) {
    const { model, pfId = 0, serial = 1, vports = 1 } = options;
    this.model = model;
    this.pfId = pfId;
    this.#runtime = runtime;
    this.caps = { rdma: true, rdmaVectors: 8, vports };
    const hex = (value: number): string => (value & 0xff).toString(16).padStart(2, "0");
    const family = { x710: "71", e810: "81", e2100: "e2" }[model];
    this.vports = Array.from({ length: vports }, (_, i) => {
      const port = network.addPort();
      const vport = new IntelVport(
        runtime,
        dma,
        port,
        `3c:fd:fe:${family}:${hex(serial)}:${hex(pfId * 16 + i)}`,
        () => this.works,
      );
      port.onLink = (up) => this.#interrupt({ type: "link", up });
      port.setCable(true);
      return vport;
    });
  }

  /** The function's own port. */
  get port(): IntelVport {
    const [port] = this.vports;
    if (port === undefined) throw new BusError("ENODEV", "the function has no port", { op: "port" });
    return port;
  }

  get works(): boolean {
    return this.#resetting === 0;
  }

  get resets(): number {
    return this.#resets;
  }

  /** Queue sets for RDMA that are allocated. */
  get qsets(): number {
    return this.#qsets;
  }

  /** RDMA packets are given to the RDMA block. */
  get rdmaFilter(): boolean {
    return this.#rdmaFilter;
  }

  setRdmaFilter(enable: boolean): void {
    this.#rdmaFilter = enable;
  }

  /** @throws {BusError} `ENOMEM` there is none left */
  allocQset(): number {
    if (this.faults.failQsets > 0) {
      this.faults.failQsets--;
      throw new BusError("ENOMEM", "no queue set is free", { op: "alloc_qset" });
    }
    this.#qsets++;
    return this.#qsets;
  }

  freeQset(): void {
    this.#qsets--;
  }

  /** Resets the function; for a while it does nothing. @throws {BusError} `EIO` it does not come back */
  async reset(_level: ResetLevel): Promise<void> {
    this.#resetting++;
    this.#qsets = 0;
    this.#rdmaFilter = false;
    for (const { rdma } of this.vports) rdma.reset();
    await new Promise<void>((resolve) => void this.#runtime.setTimer(resolve, this.faults.resetLatency));
    if (this.faults.failResets > 0) {
      this.faults.failResets--;
      this.#resetting--;
      throw new BusError("EIO", "the function does not come back from its reset", { op: "reset" });
    }
    this.#resets++;
    this.#resetting--;
  }

  /** The function reports errors. @param reg a sum of `OICR` */
  raise(reg: number, critErr = 0): void {
    this.#interrupt({ type: "oicr", reg, critErr });
  }

  /** The switch at the other end changes the traffic classes. */
  changeDcb(classes: number): void {
    this.#interrupt({ type: "dcb", classes });
  }

  #interrupt(event: IntelEvent): void {
    this.#runtime.defer(() => this.onEvent?.(event));
  }
}
