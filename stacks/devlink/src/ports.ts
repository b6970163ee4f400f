import { type Awaitable, BusError } from "auxbus";

export interface DevlinkPort {
  readonly index: number;
  readonly flavour: "physical" | "pcisf" | "pcipf" | "pcivf";
  /** Name of its network device, if it has one. */
  netdev(): string | null;
  readonly pfnum?: number;
  readonly sfnum?: number;
  /** Of the function behind it. */
  function?(): DevlinkPortFunction;
}

export interface DevlinkPortFunction {
  readonly state: "active" | "inactive";
  readonly opstate: "attached" | "detached";
}

export interface DevlinkPortInfo extends Partial<DevlinkPortFunction> {
  /** `pci/0000:08:00.0/32768` */
  readonly handle: string;
  readonly index: number;
  readonly flavour: DevlinkPort["flavour"];
  readonly netdev: string | null;
  readonly pfnum?: number;
  readonly sfnum?: number;
}

export interface PortAddSpec {
  readonly flavour: string;
  readonly pfnum: number;
  readonly sfnum?: number;
}

/** What a driver does for ports that users make. */
export interface DevlinkPortOps {
  /** @returns the new port's index */
  add(spec: PortAddSpec): Awaitable<number>;
  del(index: number): Awaitable<void>;
  setState(index: number, state: "active" | "inactive"): Awaitable<void>;
}

/** The ports of one instance. */
export class DevlinkPorts {
  readonly #handle: string;
  readonly #ports = new Map<number, DevlinkPort>();

  constructor(handle: string) {
    this.#handle = handle;
  }

  /** @throws {BusError} `EEXIST` */
  register(port: DevlinkPort): void {
    if (this.#ports.has(port.index)) {
      throw new BusError("EEXIST", `${this.#handle} has a port ${port.index} already`, { op: "port register" });
    }
    this.#ports.set(port.index, port);
  }

  unregister(index: number): void {
    this.#ports.delete(index);
  }

  /** @throws {BusError} `ENODEV` */
  get(index: number): DevlinkPort {
    const port = this.#ports.get(index);
    if (port !== undefined) return port;
    throw new BusError("ENODEV", `${this.#handle} has no port ${index}`, { op: "port" });
  }

  list(): DevlinkPortInfo[] {
    return [...this.#ports.values()].map((port) => {
      const { index, flavour, pfnum, sfnum } = port;
      return {
        handle: `${this.#handle}/${index}`,
        index,
        flavour,
        netdev: port.netdev(),
        ...(pfnum === undefined ? {} : { pfnum }),
        ...(sfnum === undefined ? {} : { sfnum }),
        ...port.function?.(),
      };
    });
  }
}
