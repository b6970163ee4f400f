import {
  AsyncDisposer,
  type Awaitable,
  BusError,
  type DriverCore,
  IdAllocator,
  type IsolableCore,
  logOf,
  Mutex,
  type Remote,
  toError,
} from "auxbus";
import { NetDevices } from "@auxbus/netdev";
import { Dma } from "@auxbus/pci";
import { parseGid } from "./gid.ts";
import { IbDevice, type IbDeviceInfo, type IbDeviceSpec, type IbLink } from "./ib-device.ts";
import { UserContext } from "./user-context.ts";
import type { IbEvent } from "./verbs.ts";

declare module "auxbus" {
  interface Services {
    readonly rdma: Rdma;
  }
}

/** A user of all RDMA devices within the kernel (`ib_client`). */
export interface IbClient {
  readonly name: string;
  add(device: IbDevice): Awaitable<void>;
  /** Lets go of everything of the device: it is not unregistered before. */
  remove(device: IbDevice): Awaitable<void>;
  event?(device: IbDevice, event: IbEvent): void;
}

/** The RDMA core of one driver core: devices of all vendors, who uses them, and how they come and go. */
export class Rdma {
  readonly #core: DriverCore;
  readonly #devices = new Map<string, IbDevice>();
  readonly #indexes = new IdAllocator();
  readonly #clients: IbClient[] = [];
  readonly #contexts = new Set<UserContext>();
  /** Devices and clients come and go one at a time. */
  readonly #lock = new Mutex();

  private constructor(core: DriverCore) {
    this.#core = core;
    // Users are a client, too: the first to come, so the last to go (ib_uverbs).
    this.#clients.push({
      name: "uverbs",
      add: () => undefined,
      remove: (device) => this.#disassociate(device),
      event: (device, event) => {
        for (const context of this.#contexts) if (context.device === device) context.tell(event);
      },
    });
  }

  static of(core: DriverCore): Rdma;
  static of(core: IsolableCore): Remote<Rdma>;
  static of(core: IsolableCore): Remote<Rdma> {
    return core.service("rdma", (core) => new Rdma(core));
  }

  /** `rdma dev` */
  list(): IbDeviceInfo[] {
    return [...this.#devices.values()].map((device) => device.info());
  }

  /** `rdma link` */
  links(): IbLink[] {
    return [...this.#devices.values()].flatMap((device) => device.links());
  }

  find(name: string): IbDevice | undefined {
    return this.#devices.get(name);
  }

  /** Programs that have a device open. */
  contexts(): UserContext[] {
    return [...this.#contexts];
  }

  /**
   * Registers a device (`ib_register_device`) and tells the clients, in the order in which they came.
   *
   * @throws {BusError} `EEXIST` the name is taken; `ENODEV` its parent is gone; else what `queryDevice` throws
   */
  register(spec: IbDeviceSpec): Promise<IbDevice> {
    return this.#lock.run(async () => {
      const attributes = await spec.ops.queryDevice();
      const index = this.#indexes.alloc();
      const device = new IbDevice(
        {
          event: (from, event) => this.#event(from, event),
          unregister: (gone) => this.unregister(gone),
          netdev: (name) => NetDevices.of(this.#core).find(name)?.info(),
        },
        this.#nameFor(spec.name),
        index,
        spec,
        attributes,
      );
      try {
        await device.device.add();
      } catch (error) {
        this.#indexes.free(index);
        device.device.uninit();
        throw error;
      }
      this.#devices.set(device.name, device);
      for (const client of this.#clients) await this.#tell(client, device, "add");
      return device;
    });
  }

  #nameFor(pattern: string): string {
    for (let n = 0; ; n++) {
      const name = pattern.replace("%d", String(n));
      if (!this.#devices.has(name) || name === pattern) return name;
    }
  }

  /**
   * Takes a device away (`ib_unregister_device`): the clients let go of it, the last one first, users are
   * disassociated, and nobody has it any more. Whoever else takes it away waits for the same.
   */
  unregister(device: IbDevice): Promise<void> {
    return (device.unregistering ??= this.#unregister(device));
  }

  async #unregister(device: IbDevice): Promise<void> {
    await this.#lock.run(async () => {
      device.registered = false;
      for (const client of this.#clients.toReversed()) await this.#tell(client, device, "remove");
    });
    // Others may come and go while somebody still has it.
    await device.unused();
    await this.#lock.run(async () => {
      this.#devices.delete(device.name);
      this.#indexes.free(device.index);
      await device.device.destroy();
    });
  }

  /** Adds a client, and tells it of the devices there are. @returns what takes it away again */
  registerClient(client: IbClient): Promise<AsyncDisposable> {
    return this.#lock.run(async () => {
      this.#clients.push(client);
      for (const device of this.#devices.values()) if (device.registered) await this.#tell(client, device, "add");
      return new AsyncDisposer(() => this.#unregisterClient(client));
    });
  }

  #unregisterClient(client: IbClient): Promise<void> {
    return this.#lock.run(async () => {
      const index = this.#clients.indexOf(client);
      if (index === -1) return;
      this.#clients.splice(index, 1);
      for (const device of this.#devices.values()) if (device.registered) await this.#tell(client, device, "remove");
    });
  }

  async #tell(client: IbClient, device: IbDevice, op: "add" | "remove"): Promise<void> {
    try {
      await client[op](device);
    } catch (error) {
      logOf(device, "warn", `client ${client.name} failed in ${op}: ${toError(error).message}`, error);
    }
  }

  #event(device: IbDevice, event: IbEvent): void {
    for (const client of this.#clients) {
      try {
        client.event?.(device, event);
      } catch (error) {
        logOf(device, "warn", `client ${client.name} failed in an event: ${toError(error).message}`, error);
      }
    }
  }

  /** A program opens a device. @throws {BusError} `ENODEV` there is none of this name, or it is going */
  open(name: string): UserContext {
    const device = this.#devices.get(name);
    if (device?.registered !== true) {
      const names = [...this.#devices.keys()].join(", ") || "none";
      throw new BusError("ENODEV", `there is no RDMA device ${name}; there are ${names}`, { op: "open" });
    }
    const context = new UserContext(
      {
        dma: Dma.of(this.#core),
        resolve: (from, port, gid) => this.#resolve(from, port, gid),
        closed: (gone) => void this.#contexts.delete(gone),
      },
      device,
    );
    this.#contexts.add(context);
    return context;
  }

  async #resolve(device: IbDevice, port: number, gid: string): Promise<string> {
    const whom = parseGid(gid);
    if ("mac" in whom) return whom.mac;
    const { netdev } = device.link(port);
    if (netdev === null) throw new BusError("ENETDOWN", `port ${port} of ${device.name} is on no network device`);
    const netdevs = NetDevices.of(this.#core);
    const dev = netdevs.get(netdev);
    // An address of its own is nobody's on the wire.
    if (dev.addressSet.has(whom.ipv4)) return dev.mac;
    return netdevs.inet.resolve(dev, whom.ipv4);
  }

  async #disassociate(device: IbDevice): Promise<void> {
    for (const context of this.#contexts) if (context.device === device) await context.disassociate();
  }
}
