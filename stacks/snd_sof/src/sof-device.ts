import { BusError, type Device, type DriverCore, logOf, type Module } from "auxbus";
import { Debugfs, type DebugfsDir } from "@auxbus/debugfs";
import { Sound, type SoundCard } from "@auxbus/sound";
import type { SofClientData } from "./client.ts";
import { Clients } from "./clients.ts";
import { CoreClients } from "./core-clients.ts";
import type { SofDspOps, SofInterrupt } from "./dsp-ops.ts";
import { EventHandlers } from "./event-handlers.ts";
import { Firmware } from "./firmware.ts";
import type { FwState } from "./fw-state.ts";
import { ipc3Command, ipc3Message } from "./ipc3.ts";
import { SofIpc } from "./sof-ipc.ts";

const COMPONENT = "sof-audio-component";

export interface SofDeviceOptions {
  /** The module of the platform driver: pinned by clients that need it. */
  readonly platformModule: Module;
  readonly ops: SofDspOps;
  /** Name of the sound card. */
  readonly card: string;
  /** How many flood test clients (1 to 32, 2). */
  readonly floodClients?: number;
  /** Version of the protocol (3). Only IPC3 is spoken; clients can ask for it. */
  readonly ipcType?: 3 | 4;
}

/** The core's view of one DSP: boots its firmware, talks to it, publishes its clients, puts it to sleep. */
export class SofDevice {
  readonly core: DriverCore;
  readonly device: Device;
  readonly platformModule: Module;
  readonly ops: SofDspOps;
  readonly ipcType: 3 | 4;
  readonly ipc: SofIpc;
  readonly events: EventHandlers;
  readonly clients: Clients;
  readonly debugfsRoot: DebugfsDir;
  readonly #firmware: Firmware;
  readonly #coreClients: CoreClients;
  readonly #debugfs: Debugfs;
  readonly #sound: Sound;
  #card: SoundCard | null = null;

  private constructor(device: Device, options: SofDeviceOptions) {
    const { ops, ipcType = 3, floodClients = 2 } = options;
    this.core = device.core;
    this.device = device;
    this.platformModule = options.platformModule;
    this.ops = ops;
    this.ipcType = ipcType;
    this.events = new EventHandlers(device);
    this.#firmware = new Firmware(device, ops, (state) => this.events.dispatchState(state));
    this.ipc = new SofIpc({
      device,
      ops,
      type: ipcType,
      fwState: () => this.#firmware.state,
      crashed: () => this.#firmware.crashed(),
    });
    this.clients = new Clients(this);
    this.#coreClients = new CoreClients(this, this.clients, floodClients);
    this.#sound = Sound.of(this.core);
    this.#debugfs = Debugfs.of(this.core);
    this.debugfsRoot = this.#debugfs.createDir("sof");
  }

  /**
   * Boots the firmware, registers the card and publishes the clients; undoes all of it when a part fails.
   *
   * @throws {BusError} `EIO` the firmware does not boot; else the error of the part that failed
   */
  static async probe(device: Device, options: SofDeviceOptions): Promise<SofDevice> {
    const sof = new SofDevice(device, options);
    try {
      await sof.#start(options.card);
    } catch (error) {
      await sof.remove();
      throw error;
    }
    return sof;
  }

  get fwState(): FwState {
    return this.#firmware.state;
  }

  get fwVersion(): string {
    return this.#firmware.version;
  }

  async #start(card: string): Promise<void> {
    this.ops.setInterruptHandler((interrupt) => this.#interrupt(interrupt));
    await this.#firmware.boot();
    logOf(this.device, "info", `Firmware info: version ${this.fwVersion}`);
    this.#sound.registerComponent({ name: COMPONENT, dais: ["HDA Analog", "HDMI 1"] });
    this.#card = this.#sound.registerCard(card);
    await this.#coreClients.register();
  }

  /** Publishes a client of the platform. @throws as `Clients.register` */
  registerClient(name: string, id: number, data?: SofClientData): Promise<void> {
    return this.clients.register(name, id, data);
  }

  unregisterClient(name: string, id: number): Promise<void> {
    return this.clients.unregister(name, id);
  }

  /** Clients first, then card, IPC and debugfs. */
  async remove(): Promise<void> {
    await this.#coreClients.unregister();
    await this.clients.unregisterLeft();
    if (this.#card !== null) {
      await this.#sound.unregisterCard(this.#card);
      this.#sound.unregisterComponent(COMPONENT);
    }
    this.#card = null;
    this.shutdown();
    await this.#debugfs.remove(this.debugfsRoot);
  }

  /** The system goes down: the DSP is silenced; clients stay. */
  shutdown(): void {
    this.ops.setInterruptHandler(null);
    this.#firmware.stop();
  }

  /** Waits for users of debugfs files, whom a system suspend would freeze. */
  prepareSuspend(): Promise<void> {
    return this.#debugfs.idle();
  }

  /**
   * Puts the DSP to sleep: the clients' own suspend, the firmware's context, then the power. With the target D0
   * (the system goes to S0ix) only the clients are told.
   *
   * @param target the power state that the DSP goes to
   */
  async suspend(target: "D0" | "D3"): Promise<void> {
    if (this.fwState === "COMPLETE") {
      await this.clients.suspend(target);
      if (target === "D0") return;
      await this.#saveContext();
    }
    if (target === "D3") this.#firmware.stop();
  }

  async #saveContext(): Promise<void> {
    try {
      await this.ipc.txMessage(ipc3Message(ipc3Command.ctxSave), 12);
    } catch (error) {
      logOf(this.device, "error", `error: ctx_save IPC error during suspend: ${String(error)}`, error);
      // A firmware that is busy keeps the DSP awake; one that is gone does not.
      if (error instanceof BusError && (error.code === "EBUSY" || error.code === "EAGAIN")) throw error;
    }
  }

  /**
   * Boots the DSP again: pipelines, the clients' own resume, then the firmware's context. A DSP that has stayed
   * awake needs nothing, and as in the kernel its clients are not told either.
   */
  async resume(): Promise<void> {
    if (this.fwState === "COMPLETE") return;
    await this.#firmware.boot();
    await this.ipc.txMessage(ipc3Message(ipc3Command.pipelineNew), 12);
    await this.clients.resume();
    await this.ipc.txMessage(ipc3Message(ipc3Command.ctxRestore), 12);
  }

  #interrupt(interrupt: SofInterrupt): void {
    switch (interrupt.type) {
      case "ready":
        this.#firmware.ready(interrupt.version, interrupt.abi);
        break;
      case "reply":
        this.ipc.replied(interrupt.message);
        break;
      case "notification":
        this.events.dispatchRx(interrupt.message);
        break;
    }
  }
}
