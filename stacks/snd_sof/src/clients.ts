import { type AuxiliaryDevice, BusError, logOf, Mutex, type Timer } from "auxbus";
import { Client, type SofClientData } from "./client.ts";
import type { SofDevice } from "./sof-device.ts";

/** The contract version of everything that the core shares with clients. */
const CONTRACT_VERSION = "1.0.0";

/** Milliseconds that a client driver's own suspend or resume may take. */
const CALL_TIMEOUT = 10_000;

interface Entry {
  readonly name: string;
  readonly id: number;
  readonly device: AuxiliaryDevice;
}

/** The clients of one DSP, newest first. */
export class Clients {
  readonly #sof: SofDevice;
  readonly #mutex = new Mutex();
  #list: readonly Entry[] = [];

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
   * @throws {BusError} `EEXIST` there is one of that name and id; `EINVAL` no such name or id can be; in both
   *   cases the data is released
   */
  async register(name: string, id: number, data?: SofClientData): Promise<void> {
    const device = await this.#publish(name, id, data);
    this.#list = [{ name, id, device }, ...this.#list];
  }

  async #publish(name: string, id: number, data: SofClientData | undefined): Promise<AuxiliaryDevice> {
    const { core, device: parent } = this.#sof;
    const client = new Client(this.#sof, `${name}.${id}`, data);
    const failed = (what: "initialize" | "add", error: unknown): never => {
      logOf(parent, "error", `failed to ${what} client dev ${name}.${id}`, error);
      throw error;
    };
    let device: AuxiliaryDevice;
    try {
      device = core.auxiliary.init(parent, {
        module: "snd_sof",
        name,
        id,
        shared: client,
        version: CONTRACT_VERSION,
        release: () => data?.release?.(),
        unbound: () => client.driverLeft(device),
      });
    } catch (error) {
      data?.release?.();
      return failed("initialize", error);
    }
    try {
      await device.add();
    } catch (error) {
      device.uninit();
      return failed("add", error);
    }
    return device;
  }

  /** Takes a client away; nothing when there is none. The list stays locked until its driver has let go. */
  async unregister(name: string, id: number): Promise<void> {
    await this.#mutex.run(async () => {
      const entry = this.#list.find((e) => e.name === name && e.id === id);
      if (entry !== undefined) await this.#take(entry);
    });
  }

  /** Takes away whatever is left, newest first. Nothing should be. */
  async unregisterLeft(): Promise<void> {
    await this.#mutex.run(async () => {
      for (const entry of this.#list) {
        logOf(this.#sof.device, "warn", `client ${entry.name}.${entry.id} was left behind; it goes with the DSP`);
        await this.#take(entry);
      }
    });
  }

  async #take(entry: Entry): Promise<void> {
    this.#list = this.#list.filter((e) => e !== entry);
    await entry.device.destroy();
  }

  /** Calls the own `suspend` of every bound client driver, newest client first. What it answers does not count. */
  suspend(state: string): Promise<void> {
    return this.#each("suspend", (device) => device.suspend(state));
  }

  resume(): Promise<void> {
    return this.#each("resume", (device) => device.resume());
  }

  async #each(op: "suspend" | "resume", call: (device: AuxiliaryDevice) => Promise<void>): Promise<void> {
    await this.#mutex.run(async () => {
      for (const { device } of this.#list) {
        if (!hasCallback(device, op)) continue;
        try {
          await inTime(device, op, call(device));
        } catch (error) {
          logOf(device, "warn", `its driver's ${op} failed, which does not count: ${String(error)}`, error);
        }
      }
    });
  }
}

/** Whether a driver is bound that has a `suspend` or `resume` of its own; most have not. */
function hasCallback({ driver }: AuxiliaryDevice, op: "suspend" | "resume"): boolean {
  return driver !== null && typeof Reflect.get(driver.definition, op) === "function";
}

/**
 * A client that is being unbound while it sleeps waits for the DSP to wake up, and would be waited for here. The
 * DSP does not wait for it longer than this.
 */
async function inTime(device: AuxiliaryDevice, op: string, called: Promise<void>): Promise<void> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = device.core.runtime.setTimer(
      () => reject(new BusError("ETIMEDOUT", `no answer in ${CALL_TIMEOUT} ms`, { op, device: device.name })),
      CALL_TIMEOUT,
    );
  });
  try {
    await Promise.race([called, late]);
  } finally {
    timer?.cancel();
  }
}
