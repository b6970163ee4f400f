import { errnoOf } from "auxbus";
import { Client, type SofClientData } from "./client.ts";
import { Mutex } from "./mutex.ts";
import type { SofDevice } from "./sof-device.ts";

/** The contract version of everything that the core shares with clients. */
const CONTRACT_VERSION = "1.0.0";

/** The clients of one DSP, newest first. */
export class Clients {
  readonly #sof: SofDevice;
  readonly #mutex = new Mutex();
  #list: readonly { readonly name: string; readonly id: number; readonly client: Client }[] = [];

  constructor(sof: SofDevice) {
    this.#sof = sof;
  }

  /** Names of the published clients, newest first. */
  names(): string[] {
    return this.#list.map(({ name, id }) => `${name}.${id}`);
  }

  /**
   * Publishes a client. The list is not locked while drivers probe it, so a probe may publish further ones.
   *
   * @throws {BusError} `EEXIST` there is one of that name and id; its data is released then
   */
  async register(name: string, id: number, data?: SofClientData): Promise<void> {
    const { core, device } = this.#sof;
    const client = new Client(this.#sof, data);
    try {
      client.device = await core.auxiliary.create(device, {
        module: "snd_sof",
        name,
        id,
        shared: client,
        version: CONTRACT_VERSION,
        release: () => data?.release?.(),
      });
    } catch (error) {
      const what = errnoOf(error) === "EINVAL" ? "initialize" : "add";
      core.log.error(`failed to ${what} client dev ${name}.${id}`, { error });
      throw error;
    }
    this.#list = [{ name, id, client }, ...this.#list];
  }

  /** Takes a client away; nothing when there is none. The list stays locked until its driver has let go. */
  async unregister(name: string, id: number): Promise<void> {
    await this.#mutex.run(async () => {
      const entry = this.#list.find((e) => e.name === name && e.id === id);
      if (entry === undefined) return;
      this.#list = this.#list.filter((e) => e !== entry);
      await entry.client.device?.destroy();
    });
  }

  /** Calls the own `suspend` of every bound client driver, newest client first. What it answers does not count. */
  suspend(state: string): Promise<void> {
    return this.#each((client) => client.device?.suspend(state));
  }

  resume(): Promise<void> {
    return this.#each((client) => client.device?.resume());
  }

  async #each(call: (client: Client) => Promise<void> | undefined): Promise<void> {
    await this.#mutex.run(async () => {
      for (const { client, name, id } of this.#list) {
        try {
          await call(client);
        } catch (error) {
          this.#sof.core.log.warn(`client ${name}.${id}: ${String(error)}`, { error });
        }
      }
    });
  }
}
