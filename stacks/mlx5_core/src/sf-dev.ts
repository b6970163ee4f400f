import { type AuxiliaryDevice, errnoOf, logOf, Mutex } from "auxbus";
import type { Hca, VhcaState } from "@auxbus/sim_connectx";
import type { Mlx5CoreDev } from "./mdev.ts";

/** What is shared with the driver of a sub-function. */
export interface Mlx5SfDev {
  readonly parent: Mlx5CoreDev;
  readonly hca: Hca;
  readonly sfnum: number;
  readonly id: number;
}

declare module "auxbus" {
  interface Contracts {
    "mlx5_core.sf": { readonly shared: Mlx5SfDev };
  }
}

/**
 * The auxiliary devices of a function's sub-functions: there while the firmware says that somebody may use them. What
 * the firmware says is worked on one thing at a time, drivers' probes included.
 */
export class SfDevTable {
  readonly #mdev: Mlx5CoreDev;
  readonly #queue = new Mutex();
  readonly #devices = new Map<number, AuxiliaryDevice>();
  #active = false;

  constructor(mdev: Mlx5CoreDev) {
    this.#mdev = mdev;
  }

  create(): void {
    this.#active = true;
  }

  /** All devices go, and no new ones come. */
  async destroy(): Promise<void> {
    this.#active = false;
    await this.#queue.run(async () => {
      for (const index of [...this.#devices.keys()].toReversed()) await this.#delete(index);
    });
  }

  /** The firmware says what has become of a sub-function. */
  stateChanged(index: number, sfnum: number, state: VhcaState): void {
    void this.#queue.run(async () => {
      if (state === "ACTIVE") {
        if (this.#active && !this.#devices.has(index)) await this.#add(index, sfnum);
      } else if (state !== "IN_USE") {
        if (this.#devices.has(index)) await this.#delete(index);
        else if (state === "TEARDOWN_REQUEST") {
          logOf(this.#mdev.device, "error", `SF DEV: teardown state for invalid dev index=${index} sfnum=${sfnum}`);
        }
      }
    });
  }

  async #add(index: number, sfnum: number): Promise<void> {
    const mdev = this.#mdev;
    const { ids } = mdev.global;
    const hca = mdev.hca.subFunctions.hca(index);
    if (hca === undefined) return;
    const id = ids.alloc();
    const shared: Mlx5SfDev = { parent: mdev, hca, sfnum, id };
    try {
      const device = await mdev.core.auxiliary.create(mdev.device, {
        module: "mlx5_core",
        name: "sf",
        id,
        shared,
        attributes: { sfnum: { show: () => `${sfnum}\n` } },
        release: () => ids.free(id),
      });
      this.#devices.set(index, device);
    } catch (error) {
      const text = `SF DEV: fail device add for index=${index} sfnum=${sfnum} err=${errnoOf(error)}`;
      logOf(mdev.device, "error", text, error);
    }
  }

  async #delete(index: number): Promise<void> {
    const device = this.#devices.get(index);
    this.#devices.delete(index);
    await device?.destroy();
  }
}
