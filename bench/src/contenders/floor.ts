import { type Contender, type Host, work } from "../contender.ts";

class Unit {
  readonly name: string;
  readonly matchName: string;
  readonly id: string;

  constructor(name: string) {
    this.name = name;
    const dot = name.lastIndexOf(".");
    this.matchName = name.slice(0, dot);
    this.id = name.slice(dot + 1);
  }

  async probe(): Promise<void> {
    work.probed++;
  }

  async cleanup(): Promise<void> {
    work.cleaned++;
  }
}

export const floor: Contender = {
  name: "floor",
  what: "an object, its name split, a map entry, an async probe and cleanup",
  most: 1_000_000,
  async open(): Promise<Host<Unit>> {
    const units = new Map<string, Unit>();
    return {
      async attach(index) {
        const unit = new Unit(`mlx5_core.rdma.${index}`);
        units.set(unit.name, unit);
        await unit.probe();
        return unit;
      },
      async detach(unit) {
        await unit.cleanup();
        units.delete(unit.name);
      },
    };
  },
};
