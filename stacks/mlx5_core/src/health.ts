import { BusError, DelayedWork, logOf, type Timer, toError } from "auxbus";
import { enterErrorState } from "./error-state.ts";
import { loadOne, unloadOne, waitPciUp } from "./load.ts";
import type { Mlx5CoreDev } from "./mdev.ts";

/** Milliseconds between two looks at the health buffer. */
const POLL_INTERVAL = 2000;

/** Milliseconds after a recovery in which the next error is not recovered from by itself. */
const GRACE_PERIOD = { PF: 60_000, VF: 30_000, SF: 30_000 } as const;

/** Watches the firmware, and recovers the function when it has failed. */
export class Health {
  readonly #mdev: Mlx5CoreDev;
  readonly #fatalWork: DelayedWork;
  readonly #resetWork: DelayedWork;
  #timer: Timer | null = null;
  #reported = false;
  /** The function goes. */
  #closed = false;

  constructor(mdev: Mlx5CoreDev) {
    this.#mdev = mdev;
    this.#fatalWork = new DelayedWork(mdev.core, () => this.#fatal());
    this.#resetWork = new DelayedWork(mdev.core, () => this.#remoteReset());
    mdev.fatalReporter = mdev.devlink.createReporter({
      name: "fw_fatal",
      gracePeriod: GRACE_PERIOD[mdev.kind],
      recover: () => this.#recover(),
    });
  }

  /** The function is loaded: its firmware is watched. */
  startPolling(): void {
    this.#reported = false;
    this.#poll();
  }

  stopPolling(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #poll(): void {
    this.#timer ??= this.#mdev.core.runtime.setTimer(() => {
      this.#timer = null;
      const { syndrome, alive } = this.#mdev.hca;
      if (alive && syndrome !== 0 && !this.#reported) {
        this.#reported = true;
        logOf(this.#mdev.device, "error", `Fatal error ${syndrome} detected`);
        enterErrorState(this.#mdev);
        this.#fatalWork.schedule();
      }
      this.#poll();
    }, POLL_INTERVAL);
  }

  /** Nothing that was found is worked on any more; resolves when nothing is. */
  async drain(): Promise<void> {
    this.#closed = true;
    this.stopPolling();
    await this.#fatalWork.disable();
    await this.#resetWork.disable();
  }

  /** The firmware was reset by somebody else. */
  resetNow(): void {
    this.#resetWork.schedule();
  }

  async #fatal(): Promise<void> {
    const mdev = this.#mdev;
    try {
      await mdev.fatalReporter?.report(`FW fatal error reported: syndrome ${mdev.hca.syndrome}`);
    } catch (error) {
      if (!(error instanceof BusError) || error.code !== "ECANCELED") {
        logOf(mdev.device, "error", `health recovery failed: ${toError(error).message}`, error);
        return;
      }
      logOf(mdev.device, "error", "Driver is in error state. Unloading");
      await mdev.devlink.lock.run(() => unloadOne(mdev, false));
    }
  }

  /** @throws {BusError} `ENODEV` the function goes; `EIO` the firmware does not come back; else why the function could not be loaded */
  async #recover(): Promise<void> {
    const mdev = this.#mdev;
    await mdev.devlink.lock.run(async () => {
      if (this.#closed) throw new BusError("ENODEV", `${mdev.name} is going`, { op: "recover", device: mdev.name });
      logOf(mdev.device, "error", "handling bad device here");
      await unloadOne(mdev, false);
      await waitPciUp(mdev);
      logOf(mdev.device, "info", "starting health recovery flow");
      if (mdev.kind !== "SF") mdev.hca.reset();
      await waitPciUp(mdev);
      if (mdev.hca.syndrome !== 0)
        throw new BusError("EIO", "health recovery flow aborted, NIC state is still not full");
      await loadOne(mdev);
      logOf(mdev.device, "info", "health recovery succeeded");
    });
  }

  async #remoteReset(): Promise<void> {
    const mdev = this.#mdev;
    await mdev.devlink.lock.run(async () => {
      enterErrorState(mdev);
      await unloadOne(mdev, false);
      await waitPciUp(mdev);
      await loadOne(mdev);
      mdev.devlink.remoteReloaded(["driver_reinit", "fw_activate"]);
    });
  }
}
