import { logOf } from "auxbus";
import type { Clients } from "./clients.ts";
import type { SofDevice } from "./sof-device.ts";

/** The most flood test clients there may be. */
const MOST_FLOODS = 32;

/** The clients that every DSP has: floods (only IPC3 has them), the injector, then those of its platform. */
export class CoreClients {
  readonly #sof: SofDevice;
  readonly #clients: Clients;
  readonly #floods: number;

  /** @param floods how many flood test clients; at least 1, at most 32 */
  constructor(sof: SofDevice, clients: Clients, floods: number) {
    this.#sof = sof;
    this.#clients = clients;
    this.#floods = sof.ipcType === 3 ? Math.min(MOST_FLOODS, Math.max(1, Math.trunc(floods))) : 0;
  }

  /** Publishes all of them, or none: what was published when one fails is taken back, the last one first. */
  async register(): Promise<void> {
    const undo: (() => Promise<void>)[] = [];
    const publish = async (name: string, id: number): Promise<void> => {
      await this.#clients.register(name, id);
      undo.push(() => this.#clients.unregister(name, id));
    };
    try {
      await this.#registerFloods(publish);
      await publish("msg_injector", 0);
      await this.#sof.ops.registerIpcClients?.(this.#sof);
    } catch (error) {
      for (const step of undo.toReversed()) await step();
      throw error;
    }
  }

  async #registerFloods(publish: (name: string, id: number) => Promise<void>): Promise<void> {
    try {
      for (let id = 0; id < this.#floods; id++) await publish("ipc_flood", id);
    } catch (error) {
      logOf(this.#sof.device, "error", "IPC flood test client registration failed", error);
      throw error;
    }
  }

  /** The platform's clients first, then the injector, then the floods from 0 on. */
  async unregister(): Promise<void> {
    await this.#sof.ops.unregisterIpcClients?.(this.#sof);
    await this.#clients.unregister("msg_injector", 0);
    for (let id = 0; id < this.#floods; id++) await this.#clients.unregister("ipc_flood", id);
  }
}
