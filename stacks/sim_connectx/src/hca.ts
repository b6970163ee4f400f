import { BusError, type Runtime } from "auxbus";
import type { Dma } from "@auxbus/pci";
import {
  type EthernetPort,
  isRoce,
  RdmaEngine,
  type RdmaEvent,
  type RecvWqe,
  type SendWqe,
  type Cqe,
} from "@auxbus/sim_net";
import type { ConnectX } from "./card.ts";
import { defaultCaps, type HcaCaps } from "./caps.ts";
import type { CommandName, Commands, VhcaState } from "./commands.ts";
import { type HcaFaults, noFaults } from "./faults.ts";
import { SubFunctions } from "./sub-functions.ts";

/** What a function tells its driver through its event queues. */
export type HcaEvent =
  | { readonly type: "port"; readonly up: boolean }
  | { readonly type: "vhca-state"; readonly index: number; readonly sfnum: number; readonly state: VhcaState }
  /** Another host wants the card's firmware to be reset; now it is. */
  | { readonly type: "reset-now" };

/** Milliseconds that a driver waits for a command before it gives up. */
const COMMAND_TIMEOUT = 60;

export type HcaKind = "PF" | "VF" | "SF";

/**
 * Simulated hardware: one function of a ConnectX card, as its driver sees it: commands to the firmware, event queues,
 * a health buffer, an Ethernet port on the card's eswitch, and an RDMA engine.
 */
export class Hca {
  readonly card: ConnectX;
  readonly kind: HcaKind;
  /** Which of the card's ports it is on, from 0. */
  readonly port: number;
  readonly mac: string;
  readonly caps: HcaCaps = defaultCaps();
  readonly faults: HcaFaults = noFaults();
  readonly rdma: RdmaEngine;
  readonly subFunctions: SubFunctions;
  /** Interrupts of the event queues. */
  onEvent: ((event: HcaEvent) => void) | null = null;
  /** Interrupts of the RDMA event queues. */
  onRdmaEvent: ((event: RdmaEvent) => void) | null = null;
  /** Frames for the network device. */
  onFrame: ((frame: Uint8Array) => void) | null = null;
  readonly #runtime: Runtime;
  readonly #vport: EthernetPort;
  readonly #used: (used: boolean) => void;
  #state: "off" | "enabled" | "running" = "off";
  #syndrome = 0;
  #aliveAt = 0;
  #virtqs = 0;
  #roce = true;

  /** @internal Made by the card. @param used tells that a driver begins or ends to use it */
  constructor(
    card: ConnectX,
    runtime: Runtime,
    dma: Dma,
    options: {
      readonly kind: HcaKind;
      readonly port: number;
      readonly mac: string;
      readonly vport: EthernetPort;
      readonly used?: (used: boolean) => void;
    },
  ) {
    this.card = card;
    this.kind = options.kind;
    this.port = options.port;
    this.mac = options.mac;
    this.#runtime = runtime;
    this.#vport = options.vport;
    this.#used = options.used ?? ((): void => undefined);
    if (this.kind !== "PF") Object.assign(this.caps, { eswitchManager: false, maxSfs: 0, numLagPorts: 0 });
    const macBytes = Uint8Array.from(this.mac.split(":"), (part) => Number.parseInt(part, 16));
    this.rdma = new RdmaEngine(runtime, dma, {
      mac: () => macBytes,
      transmit: (frame) => void this.#vport.transmit(frame),
    });
    this.rdma.onEvent = (event) => this.onRdmaEvent?.(event);
    this.#vport.onFrame = (frame) => {
      if (this.#state !== "running" || this.#syndrome !== 0) return;
      if (!isRoce(frame)) this.onFrame?.(frame);
      else if (this.#roce) this.rdma.receive(frame);
    };
    this.#vport.onLink = (up) => this.event({ type: "port", up });
    this.subFunctions = new SubFunctions(
      (index) => card.makeSf(this.port, index, (used) => this.subFunctions.used(index, used)),
      () => this.caps.maxSfs,
      (index, sfnum, state) => this.event({ type: "vhca-state", index, sfnum, state }),
    );
  }

  get state(): "off" | "enabled" | "running" {
    return this.#state;
  }

  /** The health buffer: not 0 when the firmware has failed. */
  get syndrome(): number {
    return this.#syndrome;
  }

  /** Registers can be read; not so for a while after a reset. */
  get alive(): boolean {
    return this.#runtime.now() >= this.#aliveAt;
  }

  get linkUp(): boolean {
    return this.#vport.up;
  }

  /** Virtqueues that exist. */
  get virtqs(): number {
    return this.#virtqs;
  }

  get roceEnabled(): boolean {
    return this.#roce;
  }

  /**
   * A command to the firmware.
   *
   * @throws {BusError} `ETIMEDOUT` no answer: the firmware is dead; `EIO` it says no, or the fault knobs do; else
   *   what the command itself is refused with
   */
  async command<Name extends CommandName>(name: Name, input: Commands[Name]["in"]): Promise<Commands[Name]["out"]> {
    if (!this.alive || this.#syndrome !== 0) {
      await this.#time(COMMAND_TIMEOUT);
      throw new BusError("ETIMEDOUT", `${name} timeout. Will cause a leak of a command resource`, { op: name });
    }
    await this.#time(this.faults.commandLatency);
    if (this.#syndrome !== 0) throw new BusError("EIO", `${name} was lost: the firmware has failed`, { op: name });
    const left = this.faults.failCommands.get(name) ?? 0;
    if (left > 0) {
      this.faults.failCommands.set(name, left - 1);
      throw new BusError("EIO", `${name} failed, status bad system state (0x4)`, { op: name });
    }
    return this.#execute[name](input);
  }

  readonly #execute: { readonly [Name in CommandName]: (input: Commands[Name]["in"]) => Commands[Name]["out"] } = {
    ENABLE_HCA: ({ sf }) => {
      if (sf !== undefined) this.subFunctions.enable(sf);
      else if (this.#state === "off") this.#state = "enabled";
    },
    DISABLE_HCA: ({ sf }) => {
      if (sf === undefined) this.#off();
      else this.subFunctions.disable(sf);
    },
    INIT_HCA: () => {
      if (this.#state !== "enabled") throw new BusError("EIO", "INIT_HCA failed, status bad system state (0x4)");
      this.#state = "running";
      this.#used(true);
    },
    TEARDOWN_HCA: () => {
      if (this.#state === "running") this.#state = "enabled";
      this.rdma.reset();
      this.#virtqs = 0;
    },
    QUERY_HCA_CAP: () => ({ ...this.caps }),
    QUERY_NIC_VPORT: () => ({ mac: this.mac, nodeGuid: guid(this.mac), systemImageGuid: guid(this.card.baseMac) }),
    NIC_VPORT_ENABLE_ROCE: ({ enable }) => {
      this.#roce = enable;
    },
    ALLOC_SF: ({ sfnum }) => ({ index: this.subFunctions.alloc(sfnum) }),
    DEALLOC_SF: ({ index }) => this.subFunctions.dealloc(index),
    QUERY_VHCA_STATE: ({ index }) => this.subFunctions.state(index),
    CREATE_LAG: () => this.card.createLag(),
    DESTROY_LAG: () => this.card.destroyLag(),
    QUERY_RESET_LEVEL: () => ({ canActivate: this.card.firmwareWaits }),
    SYNC_RESET: () => this.card.activateFirmware(this),
    ALLOC_PD: () => this.rdma.allocPd(),
    DEALLOC_PD: ({ pd }) => this.rdma.deallocPd(pd),
    CREATE_MKEY: ({ pd, dma, length, access }) => this.rdma.createMkey(pd, dma, length, access),
    DESTROY_MKEY: ({ lkey }) => this.rdma.destroyMkey(lkey),
    CREATE_CQ: ({ depth }) => this.rdma.createCq(depth),
    DESTROY_CQ: ({ cqn }) => this.rdma.destroyCq(cqn),
    CREATE_QP: ({ pd, sendCq, recvCq }) => this.rdma.createQp(pd, sendCq, recvCq),
    MODIFY_QP: ({ qpn, attributes }) => this.rdma.modifyQp(qpn, attributes),
    DESTROY_QP: ({ qpn }) => this.rdma.destroyQp(qpn),
    CREATE_VIRTQ: () => {
      this.#virtqs++;
    },
    DESTROY_VIRTQ: () => {
      this.#virtqs--;
    },
  };

  // Doorbells: no answer, no waiting.

  /** Sends a frame. @returns whether it left */
  transmit(frame: Uint8Array): boolean {
    return this.#state === "running" && this.#syndrome === 0 && this.#vport.transmit(frame);
  }

  postSend(qpn: number, wqe: SendWqe): void {
    this.#refuseDead();
    this.rdma.postSend(qpn, wqe);
  }

  postReceive(qpn: number, wqe: RecvWqe): void {
    this.#refuseDead();
    this.rdma.postReceive(qpn, wqe);
  }

  /** Reads the host's memory: works whatever the firmware does. */
  pollCq(cqn: number, most: number): readonly Cqe[] {
    return this.rdma.pollCq(cqn, most);
  }

  armCq(cqn: number): void {
    this.rdma.armCq(cqn);
  }

  #refuseDead(): void {
    if (this.#syndrome !== 0 || this.#state !== "running")
      throw new BusError("EIO", "the device is in error", { op: "post" });
  }

  /** @internal An event goes into the queue; the driver hears it after a while. */
  event(event: HcaEvent): void {
    const tell = (): void => this.onEvent?.(event);
    if (this.faults.eventDelay > 0) this.#runtime.setTimer(tell, this.faults.eventDelay);
    else this.#runtime.defer(tell);
  }

  /** The firmware fails: commands are not answered, nothing is sent or received, what is queued is flushed. */
  injectFatal(syndrome = 1): void {
    this.#syndrome = syndrome;
    this.rdma.fail();
  }

  /** The slot is reset: everything in the function is lost, and it is not there for a while. */
  reset(): void {
    this.#off();
    if (this.faults.syndromeSticks > 0) this.faults.syndromeSticks--;
    else this.#syndrome = 0;
    this.#aliveAt = this.#runtime.now() + this.faults.pciDeadTime;
    this.subFunctions.clear();
  }

  #off(): void {
    this.#state = "off";
    this.rdma.reset();
    this.#virtqs = 0;
    this.#roce = true;
    if (this.kind === "PF") this.card.dropLag();
    this.#used(false);
  }

  /** @internal Taken off the card's eswitch. */
  unplug(): void {
    this.#vport.onFrame = null;
    this.card.unplug(this.port, this.#vport);
  }

  #time(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => void this.#runtime.setTimer(resolve, ms));
  }
}

function guid(mac: string): string {
  const [a, b, c, d, e, f] = mac.split(":");
  return `${a ?? ""}${b ?? ""}:${c ?? ""}03:00${d ?? ""}:${e ?? ""}${f ?? ""}`;
}
