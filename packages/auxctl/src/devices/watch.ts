import type { BusView } from "auxbus";
import type { Io } from "../io.ts";
import type { AwaitedDevice } from "./awaited-device.ts";

/** How long a device that seems to be bound has to seem so, in milliseconds. */
const SURE_AFTER = 200;

/** How often it is looked beside events, in milliseconds. */
const EVERY = 1000;

/**
 * A view of devices that are shown as bound from the beginning of their probe, as a kernel's are; it may take seconds
 * and fail then.
 */
interface ShowsEarly {
  readonly boundEarly: true;
  readonly ueventSource: string;
}

function showsEarly(view: object): view is ShowsEarly {
  return "boundEarly" in view && view.boundEarly === true;
}

/** Waits for a device by uevents. */
export class Watch {
  readonly #device: AwaitedDevice;
  readonly #view: BusView;
  readonly #io: Io;
  #timer: Disposable | undefined;
  /** The driver that the device seems to be bound to. */
  #seeming: string | null = null;

  constructor(device: AwaitedDevice, view: BusView, io: Io) {
    this.#device = device;
    this.#view = view;
    this.#io = io;
  }

  /** Whether it came true before `signal` was aborted. @param isCut whether somebody did not want to wait any more */
  async comesTrue(signal: AbortSignal, isCut: () => boolean): Promise<boolean> {
    try {
      return await this.#listen(signal, isCut);
    } finally {
      this.#timer?.[Symbol.dispose]();
    }
  }

  async #listen(signal: AbortSignal, isCut: () => boolean): Promise<boolean> {
    let begun = (): void => {};
    const listening = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const events = this.#view.uevents({ signal, listening: begun })[Symbol.asyncIterator]();
    let next = events.next();
    // Listens before it looks, so that nothing can happen in between.
    await Promise.race([listening, next]);
    for (;;) {
      const seen = await this.#look();
      if (seen === "so") return true;
      const time = this.#nextLook();
      for (let looks = false; !looks;) {
        const step = await Promise.race([next, time]);
        if (step === "time") break;
        if (step.done === true) return this.#seeming !== null && !isCut() && (await this.#look()) === "so";
        const { value } = step;
        next = events.next();
        const isOld = value.action !== "overflow" && value.seqnum <= seen;
        const says = isOld ? "nothing" : value.action === "overflow" ? "maybe" : this.#device.hears(value);
        if (says === "so" && this.#isProof()) return true;
        // While it seems to be bound, it is looked when that has lasted.
        looks = says !== "nothing" && this.#seeming === null;
      }
    }
  }

  /** What has been found: it is so, or the number of the last uevent that this look knows of. */
  async #look(): Promise<"so" | number> {
    const snapshot = await this.#view.snapshot();
    const isSo = this.#device.isSo(snapshot);
    const { driver } = this.#device;
    const before = this.#seeming;
    const doubtful = isSo && this.#device.target === "bound" && showsEarly(this.#view);
    this.#seeming = doubtful ? driver : null;
    return isSo && (!doubtful || before === driver) ? "so" : snapshot.seqnum;
  }

  /** When there is to be another look without an event, if ever: a failed probe, and a container's kernel, send none. */
  #nextLook(): Promise<"time"> {
    this.#timer?.[Symbol.dispose]();
    return new Promise((resolve) => {
      if (!showsEarly(this.#view)) return;
      this.#timer = this.#io.after(this.#seeming === null ? EVERY : SURE_AFTER, () => resolve("time"));
    });
  }

  /** Whether an event is one of the kernel's own: it sends `bind` after the probe; who looks cannot know. */
  #isProof(): boolean {
    return this.#device.target !== "bound" || !showsEarly(this.#view) || this.#view.ueventSource !== "polling";
  }
}
