import { BusError, IdAllocator } from "auxbus";
import type { VhcaState } from "./commands.ts";
import type { Hca } from "./hca.ts";

/** Sub-functions have numbers from here on, so that nobody takes them for ports. */
const FIRST_INDEX = 0x8000;

interface SubFunction {
  readonly index: number;
  readonly sfnum: number;
  readonly hca: Hca;
  state: VhcaState;
}

/** The sub-functions of one physical function, and the events about them. */
export class SubFunctions {
  readonly #make: (index: number) => Hca;
  readonly #most: () => number;
  readonly #tell: (index: number, sfnum: number, state: VhcaState) => void;
  readonly #ids = new IdAllocator();
  readonly #byIndex = new Map<number, SubFunction>();

  constructor(
    make: (index: number) => Hca,
    most: () => number,
    tell: (index: number, sfnum: number, state: VhcaState) => void,
  ) {
    this.#make = make;
    this.#most = most;
    this.#tell = tell;
  }

  get size(): number {
    return this.#byIndex.size;
  }

  /** The hardware behind a sub-function's window in the card's BAR. */
  hca(index: number): Hca | undefined {
    return this.#byIndex.get(index)?.hca;
  }

  /** @throws {BusError} `ENOSPC` */
  alloc(sfnum: number): number {
    if (this.#byIndex.size >= this.#most()) {
      throw new BusError("ENOSPC", `the card has no more than ${this.#most()} sub-functions`, { op: "ALLOC_SF" });
    }
    const index = FIRST_INDEX + this.#ids.alloc();
    this.#byIndex.set(index, { index, sfnum, hca: this.#make(index), state: "ALLOCATED" });
    return index;
  }

  dealloc(index: number): void {
    const { hca } = this.#get(index);
    hca.unplug();
    this.#byIndex.delete(index);
    this.#ids.free(index - FIRST_INDEX);
  }

  state(index: number): { readonly state: VhcaState; readonly sfnum: number } {
    const { state, sfnum } = this.#get(index);
    return { state, sfnum };
  }

  enable(index: number): void {
    const sf = this.#get(index);
    if (sf.state === "ALLOCATED") this.#move(sf, "ACTIVE");
  }

  /** A driver that uses it is asked to let it go; without one it is free at once. */
  disable(index: number): void {
    const sf = this.#get(index);
    if (sf.state === "IN_USE") this.#move(sf, "TEARDOWN_REQUEST");
    else if (sf.state === "ACTIVE") this.#move(sf, "ALLOCATED");
  }

  /** A driver has begun or ended to use it. */
  used(index: number, used: boolean): void {
    const sf = this.#byIndex.get(index);
    if (sf === undefined) return;
    if (used && sf.state === "ACTIVE") this.#move(sf, "IN_USE");
    else if (!used && sf.state === "IN_USE") this.#move(sf, "ACTIVE");
    else if (!used && sf.state === "TEARDOWN_REQUEST") this.#move(sf, "ALLOCATED");
  }

  /** The firmware was reset: there are none any more. */
  clear(): void {
    for (const index of [...this.#byIndex.keys()]) this.dealloc(index);
  }

  /** The firmware says once more what it has said before. */
  repeat(index: number): void {
    const { sfnum, state } = this.#get(index);
    this.#tell(index, sfnum, state);
  }

  #move(sf: SubFunction, state: VhcaState): void {
    sf.state = state;
    this.#tell(sf.index, sf.sfnum, state);
  }

  #get(index: number): SubFunction {
    const sf = this.#byIndex.get(index);
    if (sf !== undefined) return sf;
    throw new BusError("EINVAL", `the card has no sub-function ${index}`, { op: "sf" });
  }
}
