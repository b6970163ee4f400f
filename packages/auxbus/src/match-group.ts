import type { Candidate } from "./attach.ts";
import type { AuxiliaryDevice } from "./auxiliary-device.ts";
import type { Driver } from "./driver.ts";
import { IdAllocator } from "./ids.ts";

/**
 * Everything under one match name: its devices in the order of their adding, and the drivers whose id tables name
 * it, in the order of their registration. It makes matching independent of how many devices and drivers there are.
 */
export class MatchGroup {
  readonly matchName: string;
  /** Replaced, never changed, so that whoever walks over it is not disturbed. */
  candidates: readonly Candidate[] = [];
  #first: AuxiliaryDevice | null = null;
  #last: AuxiliaryDevice | null = null;
  #ids: IdAllocator | null = null;

  constructor(matchName: string) {
    this.matchName = matchName;
  }

  /** Ids for devices that leave the choice to the bus. */
  get ids(): IdAllocator {
    return (this.#ids ??= new IdAllocator());
  }

  /** Neither devices nor drivers nor ids that are in use: it can be forgotten. */
  get empty(): boolean {
    return this.#first === null && this.candidates.length === 0 && (this.#ids === null || this.#ids.size === 0);
  }

  addDevice(device: AuxiliaryDevice): void {
    device.previousInGroup = this.#last;
    if (this.#last === null) this.#first = device;
    else this.#last.nextInGroup = device;
    this.#last = device;
  }

  removeDevice(device: AuxiliaryDevice): void {
    const { previousInGroup: previous, nextInGroup: next } = device;
    if (previous === null) this.#first = next;
    else previous.nextInGroup = next;
    if (next === null) this.#last = previous;
    else next.previousInGroup = previous;
    device.previousInGroup = null;
    device.nextInGroup = null;
  }

  *devices(): IterableIterator<AuxiliaryDevice> {
    for (let device = this.#first; device !== null; device = device.nextInGroup) yield device;
  }

  addCandidate(candidate: Candidate): void {
    const { order } = candidate.driver;
    const after = this.candidates.findIndex(({ driver }) => driver.order > order);
    this.candidates = this.candidates.toSpliced(after === -1 ? this.candidates.length : after, 0, candidate);
  }

  removeDriver(driver: Driver): void {
    this.candidates = this.candidates.filter((candidate) => candidate.driver !== driver);
  }
}
