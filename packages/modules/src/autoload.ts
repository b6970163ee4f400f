import { type Device, errnoOf, toError, type Uevent } from "auxbus";
import type { Modules } from "./modules.ts";

/** Loads the modules that the modaliases of devices name, as udev does with the kernel's uevents. */
export class Autoload {
  readonly #modules: Modules;
  #subscription: Disposable | null = null;
  readonly #going = new Set<Promise<void>>();

  constructor(modules: Modules) {
    this.#modules = modules;
  }

  /** Loads for every device that is added from now on, and for those that are there already (coldplug). */
  start(): void {
    if (this.#subscription !== null) return;
    const { core } = this.#modules;
    this.#subscription = core.uevents.subscribe((event) => this.#heard(event));
    for (const device of core.devices()) {
      const modalias = modaliasOf(device);
      if (modalias !== undefined) this.#load(modalias);
    }
  }

  stop(): void {
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = null;
  }

  get running(): boolean {
    return this.#subscription !== null;
  }

  /** Only what is new, as udev's rule: an unbind after an rmmod must not load the module again. */
  #heard({ action, env }: Uevent): void {
    const modalias = env["MODALIAS"];
    if (action === "add" && modalias !== undefined) this.#load(modalias);
  }

  /** Not within the operation that has added the device: loading may wait for it. */
  #load(modalias: string): void {
    const { core } = this.#modules;
    const names = this.#modules.resolve(modalias);
    if (names.length === 0) return;
    const loading: Promise<void> = new Promise<void>((resolve) => core.runtime.defer(resolve))
      .then(() => this.#loadAll(names, modalias))
      .finally(() => this.#going.delete(loading));
    this.#going.add(loading);
  }

  async #loadAll(names: readonly string[], modalias: string): Promise<void> {
    for (const name of names) {
      if (this.#subscription === null) return;
      try {
        await this.#modules.modprobe(name);
      } catch (error) {
        const { core } = this.#modules;
        core.log.error(`${modalias}: module ${name} was not loaded: ${toError(error).message} (${errnoOf(error)})`, {
          error,
        });
      }
    }
  }

  /** Something is being loaded for a device. */
  get busy(): boolean {
    return this.#going.size > 0;
  }

  /** Resolves when nothing is being loaded for a device any more. */
  async idle(): Promise<void> {
    while (this.#going.size > 0) await Promise.all(this.#going);
  }
}

function modaliasOf(device: Device): string | undefined {
  return device.modalias ?? device.bus?.ueventEnv?.(device)["MODALIAS"];
}
