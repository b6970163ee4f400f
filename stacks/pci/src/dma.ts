import { BusError, type DriverCore } from "auxbus";

/** Addresses of mapped memory begin here, and at multiples of this. */
const PAGE = 4096;

const instances = new WeakMap<DriverCore, Dma>();

/**
 * Memory that devices may reach (the kernel's DMA mappings, behind an IOMMU): whoever owns a buffer maps it and tells
 * its device the address; what is not mapped, a device cannot touch.
 */
export class Dma {
  readonly #mapped = new Map<number, Uint8Array>();
  #next = PAGE;

  private constructor() {}

  /** The one that belongs to a core. */
  static of(core: DriverCore): Dma {
    const dma = instances.get(core) ?? new Dma();
    instances.set(core, dma);
    return dma;
  }

  /** How many buffers are mapped. A driver that has gone and left some has leaked them. */
  get size(): number {
    return this.#mapped.size;
  }

  /** @returns the address at which devices find the buffer */
  map(buffer: Uint8Array): number {
    const address = this.#next;
    this.#next += Math.max(1, Math.ceil(buffer.byteLength / PAGE)) * PAGE;
    this.#mapped.set(address, buffer);
    return address;
  }

  /** @throws {BusError} `EINVAL` nothing is mapped at this address */
  unmap(address: number): void {
    if (!this.#mapped.delete(address)) {
      throw new BusError("EINVAL", `nothing is mapped at ${address}; unmap once what was mapped`, { op: "dma_unmap" });
    }
  }

  /**
   * For devices: part of a mapped buffer.
   *
   * @param address of the buffer, as `map` answered
   * @throws {BusError} `EFAULT` it is not mapped, or the part is not within it
   */
  at(address: number, offset: number, length: number): Uint8Array {
    const buffer = this.#mapped.get(address);
    if (buffer === undefined || offset < 0 || length < 0 || offset + length > buffer.byteLength) {
      throw new BusError("EFAULT", `${length} bytes at ${address} + ${offset} are not mapped`, { op: "dma" });
    }
    return buffer.subarray(offset, offset + length);
  }
}
