import { BusError, type Device, type DriverCore, type Module } from "auxbus";
import { Debugfs, type DebugfsDir } from "@auxbus/debugfs";
import { Sound, type SoundCard } from "@auxbus/sound";
import type { SofClientData } from "./client.ts";
import { Clients } from "./clients.ts";
import type { SofDspOps, SofInterrupt } from "./dsp-ops.ts";
import { EventHandlers } from "./event-handlers.ts";
import type { FwState } from "./fw-state.ts";
import { ipc3Command, ipc3Message } from "./ipc3.ts";
import { SofIpc } from "./sof-ipc.ts";

/** Milliseconds in which the firmware must say that it is ready. */
const BOOT_TIMEOUT = 2000;

export interface SofDeviceOptions {
  /** The module of the platform driver: pinned by clients that need it. */
  readonly platformModule: Module;
  readonly ops: SofDspOps;
  /** Name of the sound card. */
  readonly card: string;
  /** How many flood test clients (1 to 32, 2). */
  readonly floodClients?: number;
  readonly ipcType?: 3 | 4;
}

/** The core's view of one DSP: boots its firmware, talks to it, publishes its clients, puts it to sleep. */
export class SofDevice {
  readonly core: DriverCore;
  readonly device: Device;
  readonly platformModule: Module;
  readonly ipc: SofIpc;
  readonly events: EventHandlers;
  readonly clients: Clients;
  readonly ipcType: 3 | 4;
  readonly debugfsRoot: DebugfsDir;
  readonly #ops: SofDspOps;
  readonly #options: SofDeviceOptions;
  readonly #debugfs: Debugfs;
  #fwState: FwState = "NOT_STARTED";
  #fwVersion = "";
  #ready: (() => void) | null = null;
  #card: SoundCard | null = null;

  private constructor(device: Device, options: SofDeviceOptions) {
    this.core = device.core;
    this.device = device;
    this.platformModule = options.platformModule;
    this.ipcType = options.ipcType ?? 3;
    this.#options = options;
    this.#ops = options.ops;
    this.ipc = new SofIpc(
      this.core,
      options.ops,
      () => this.#fwState,
      () => this.#setFwState("CRASHED"),
    );
    this.events = new EventHandlers(this.core);
    this.clients = new Clients(this);
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
      await sof.#start();
    } catch (error) {
      await sof.remove();
      throw error;
    }
    return sof;
  }

  get fwState(): FwState {
    return this.#fwState;
  }

  get fwVersion(): string {
    return this.#fwVersion;
  }

  async #start(): Promise<void> {
    this.#ops.setInterruptHandler((interrupt) => this.#interrupt(interrupt));
    await this.#boot();
    const sound = Sound.of(this.core);
    sound.registerComponent({ name: "sof-audio-component", dais: ["HDA Analog", "HDMI 1"] });
    this.#card = sound.registerCard(this.#options.card);
    await this.#registerClients();
  }

  async #registerClients(): Promise<void> {
    if (this.ipcType === 3) {
      const count = Math.min(32, Math.max(1, this.#options.floodClients ?? 2));
      try {
        for (let id = 0; id < count; id++) await this.clients.register("ipc_flood", id);
      } catch (error) {
        this.core.log.error("IPC flood test client registration failed", { device: this.device.name, error });
        throw error;
      }
    }
    await this.clients.register("msg_injector", 0);
    await this.#ops.registerIpcClients?.(this);
  }

  async #unregisterClients(): Promise<void> {
    await this.#ops.unregisterIpcClients?.(this);
    await this.clients.unregister("msg_injector", 0);
    for (let id = 0; id < 32; id++) await this.clients.unregister("ipc_flood", id);
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
    await this.#unregisterClients();
    const sound = Sound.of(this.core);
    if (this.#card !== null) await sound.unregisterCard(this.#card);
    this.#card = null;
    sound.unregisterComponent("sof-audio-component");
    this.#ops.setInterruptHandler(null);
    this.#ops.powerDown();
    this.#fwState = "NOT_STARTED";
    await this.#debugfs.remove(this.debugfsRoot);
  }

  /** Waits for users of debugfs files, whom a system suspend would freeze. */
  prepareSuspend(): Promise<void> {
    return this.#debugfs.idle();
  }

  /**
   * Puts the DSP to sleep: the clients' own suspend, the firmware's context, then the power.
   *
   * @param target the power state that the DSP goes to
   */
  async suspend(target: "D3" | "D0I3"): Promise<void> {
    if (this.#fwState === "COMPLETE") {
      await this.clients.suspend(target);
      if (target !== "D3") return;
      try {
        await this.ipc.txMessage(ipc3Message(ipc3Command.ctxSave), 12);
      } catch (error) {
        this.core.log.warn(`ctx_save IPC error during suspend: ${String(error)}`, { device: this.device.name, error });
        // A firmware that is busy keeps the DSP awake; one that is gone does not.
        if (error instanceof BusError && (error.code === "EBUSY" || error.code === "EAGAIN")) throw error;
      }
    }
    if (target !== "D3") return;
    this.#ops.powerDown();
    this.#setFwState("NOT_STARTED");
  }

  /** Boots the DSP again: pipelines, the clients' own resume, then the firmware's context. */
  async resume(): Promise<void> {
    // It has stayed awake.
    if (this.#fwState === "COMPLETE") return;
    await this.#boot();
    await this.ipc.txMessage(ipc3Message(ipc3Command.pipelineNew), 12);
    await this.clients.resume();
    await this.ipc.txMessage(ipc3Message(ipc3Command.ctxRestore), 12);
  }

  async #boot(): Promise<void> {
    const { core, device } = this;
    this.#setFwState("PREPARE");
    this.#ops.powerUp();
    this.#setFwState("IN_PROGRESS");
    const ready = await new Promise<boolean>((resolve) => {
      const timer = core.runtime.setTimer(() => resolve(false), BOOT_TIMEOUT);
      this.#ready = () => {
        timer.cancel();
        resolve(true);
      };
      this.#ops.run();
    });
    this.#ready = null;
    if (!ready) {
      this.#setFwState("FAILED");
      this.#ops.powerDown();
      core.log.error("error: failed to boot DSP firmware", { device: device.name });
      throw new BusError("EIO", `the firmware of ${device.name} was not ready in ${BOOT_TIMEOUT} ms`, {
        op: "boot",
        device: device.name,
      });
    }
    this.#setFwState("READY_OK");
    this.#setFwState("COMPLETE");
  }

  #interrupt(interrupt: SofInterrupt): void {
    switch (interrupt.type) {
      case "ready":
        this.#fwVersion = interrupt.version;
        this.#ready?.();
        break;
      case "reply":
        this.ipc.replied(interrupt.message);
        break;
      case "notification":
        this.events.dispatchRx(interrupt.message);
        break;
    }
  }

  #setFwState(state: FwState): void {
    if (this.#fwState === state) return;
    this.#fwState = state;
    this.events.dispatchState(state);
  }
}
