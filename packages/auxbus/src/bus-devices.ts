import type { Device } from "./device.ts";
import { NameTable } from "./name-table.ts";

/** The devices of a bus: by name, and in the order in which they were added. */
export class BusDevices<D extends Device> {
  readonly #names = new NameTable<D>();
  #first: D | null = null;
  #last: D | null = null;

  get size(): number {
    return this.#names.size;
  }

  get(name: string): D | undefined {
    return this.#names.get(name);
  }

  /** @param order a number higher than that of any device before it */
  add(device: D, order: number): void {
    device.busOrder = order;
    device.previousOnBus = this.#last;
    if (this.#last === null) this.#first = device;
    else this.#last.nextOnBus = device;
    this.#last = device;
    this.#names.set(device.name, device);
  }

  remove(device: D): void {
    const { previousOnBus: previous, nextOnBus: next } = device;
    if (previous === null) this.#first = next;
    else previous.nextOnBus = next;
    if (next === null) this.#last = previous;
    else next.previousOnBus = previous;
    device.previousOnBus = null;
    device.nextOnBus = null;
    this.#names.delete(device.name);
  }

  /**
   * The devices in their order, those after `after` when it is given. Devices may come and go meanwhile: none that
   * stays is left out or given twice, and those that come are given, too.
   */
  *walk(after?: D): IterableIterator<D> {
    let order = after?.busOrder ?? 0;
    let device =
      after !== undefined && this.#names.get(after.name) === after ? after.nextOnBus : this.#behind(null, order);
    while (device !== null) {
      order = device.busOrder;
      const before: D | null = device.previousOnBus;
      yield device;
      device = this.#has(device) && device.busOrder === order ? device.nextOnBus : this.#behind(before, order);
    }
  }

  /** The first device behind one that has gone. @param before what stood before it, a place to look from */
  #behind(before: D | null, order: number): D | null {
    let device = before !== null && this.#has(before) && before.busOrder < order ? before : this.#first;
    while (device !== null && device.busOrder <= order) device = device.nextOnBus;
    return device;
  }

  /** Whether a device of this bus, which was on the list, still is. */
  #has(device: D): boolean {
    return device.nextOnBus !== null || device === this.#last;
  }
}
