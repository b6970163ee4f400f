import { type Attributes, BusError, Device, logOf } from "auxbus";
import { gidOfIpv4, gidOfMac } from "./gid.ts";
import type { DeviceAttributes, IbDeviceOps, IbEvent } from "./verbs.ts";

export interface IbPortSpec {
  /** Name of the network device that the port is on; null for none yet. */
  readonly netdev: string | null;
  readonly active: boolean;
}

export interface IbDeviceSpec {
  /** With `%d` for the lowest free number. */
  readonly name: string;
  /** The device that does its DMA: usually the PCI function. */
  readonly parent: Device;
  readonly nodeGuid: string;
  /** The same for all functions of a card (the node's GUID). */
  readonly systemImageGuid?: string;
  readonly ports: readonly IbPortSpec[];
  readonly ops: IbDeviceOps;
}

/** One port, as `rdma link` shows it. */
export interface IbLink {
  readonly device: string;
  readonly port: number;
  readonly state: "ACTIVE" | "DOWN";
  readonly netdev: string | null;
  readonly gids: readonly string[];
}

/** A device, as `rdma dev` shows it. */
export interface IbDeviceInfo {
  readonly name: string;
  readonly index: number;
  readonly parent: string;
  readonly nodeGuid: string;
  readonly systemImageGuid: string;
  readonly firmware: string;
  readonly ports: number;
}

interface Port {
  netdev: string | null;
  active: boolean;
}

/** What a device needs of the RDMA core. */
export interface IbDeviceOwner {
  event(device: IbDevice, event: IbEvent): void;
  unregister(device: IbDevice): Promise<void>;
  /** MAC and IP addresses of a network device; undefined when there is none of this name. */
  netdev(name: string): { readonly mac: string; readonly addresses: readonly string[] } | undefined;
}

/** An RDMA device (the kernel's `ib_device`), as its driver and the core share it. */
export class IbDevice implements AsyncDisposable {
  readonly name: string;
  readonly index: number;
  readonly parent: Device;
  /** Its folder: `…/infiniband/mlx5_0`. */
  readonly device: Device;
  readonly attributes: DeviceAttributes;
  /** @internal */ readonly ops: IbDeviceOps;
  /** @internal */ registered = true;
  /** @internal When it has gone; null while nobody takes it away. */ unregistering: Promise<void> | null = null;
  readonly #owner: IbDeviceOwner;
  readonly #spec: IbDeviceSpec;
  readonly #ports: readonly Port[];
  #refs = 0;
  #idle: (() => void) | null = null;

  /** @internal Use `Rdma.register`. */
  constructor(owner: IbDeviceOwner, name: string, index: number, spec: IbDeviceSpec, attributes: DeviceAttributes) {
    this.#owner = owner;
    this.#spec = spec;
    this.name = name;
    this.index = index;
    this.parent = spec.parent;
    this.ops = spec.ops;
    this.attributes = attributes;
    this.#ports = spec.ports.map(({ netdev, active }) => ({ netdev, active }));
    this.device = new Device(spec.parent.core, {
      name,
      parent: spec.parent,
      class: "infiniband",
      attributes: this.#files(),
    });
  }

  /** @internal For the log. */
  get core(): Device["core"] {
    return this.parent.core;
  }

  /** For the driver: what has become of a port (from 1). Users are told that it is active, or no longer. */
  setPort(port: number, { netdev, active }: Partial<IbPortSpec>): void {
    const known = this.#port(port);
    if (netdev !== undefined && netdev !== known.netdev) {
      known.netdev = netdev;
      this.#owner.event(this, { type: "GID_CHANGE", port });
    }
    if (active === undefined || active === known.active) return;
    known.active = active;
    this.#owner.event(this, { type: active ? "PORT_ACTIVE" : "PORT_ERR", port });
  }

  /** For the driver: something has happened (`ib_dispatch_event`). */
  dispatch(event: IbEvent): void {
    this.#owner.event(this, event);
  }

  /** @throws {BusError} `EINVAL` no such port */
  link(port: number): IbLink {
    const { netdev, active } = this.#port(port);
    return { device: this.name, port, state: active ? "ACTIVE" : "DOWN", netdev, gids: this.gids(port) };
  }

  links(): IbLink[] {
    return this.#ports.map((_, i) => this.link(i + 1));
  }

  /** The addresses of a port: that of its network device's MAC address first, then those of its IP addresses. */
  gids(port: number): string[] {
    const { netdev } = this.#port(port);
    const dev = netdev === null ? undefined : this.#owner.netdev(netdev);
    return dev === undefined ? [] : [gidOfMac(dev.mac), ...dev.addresses.map(gidOfIpv4)];
  }

  info(): IbDeviceInfo {
    const { nodeGuid, systemImageGuid = nodeGuid } = this.#spec;
    return {
      name: this.name,
      index: this.index,
      parent: this.parent.name,
      nodeGuid,
      systemImageGuid,
      firmware: this.attributes.firmware,
      ports: this.#ports.length,
    };
  }

  #port(port: number): Port {
    const known = this.#ports[port - 1];
    if (known !== undefined) return known;
    throw new BusError("EINVAL", `${this.name} has ports 1 to ${this.#ports.length}, not ${port}`, { op: "port" });
  }

  /** For users within the kernel: it is not unregistered before they have put it. @throws {BusError} `ENODEV` */
  get(): void {
    if (!this.registered) throw new BusError("ENODEV", `${this.name} is going`, { op: "get", device: this.name });
    this.#refs++;
  }

  put(): void {
    if (--this.#refs === 0) this.#idle?.();
  }

  /** @internal When nobody has it any more. */
  async unused(): Promise<void> {
    if (this.#refs === 0) return;
    logOf(this, "warn", `waiting for ${this.#refs} users`);
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  /** As `Rdma.unregister`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#owner.unregister(this);
  }

  #files(): Attributes {
    const show = (text: () => string): { show(): string } => ({ show: () => `${text()}\n` });
    const ports = this.#ports.map((_, i): [string, ReturnType<typeof show>] => [
      String(i + 1),
      show(() => {
        const { state, netdev } = this.link(i + 1);
        return `${state === "ACTIVE" ? "4: ACTIVE" : "1: DOWN"} ${netdev ?? "-"}`;
      }),
    ]);
    return {
      node_guid: show(() => this.#spec.nodeGuid),
      fw_ver: show(() => this.attributes.firmware),
      ports: Object.fromEntries(ports),
    };
  }
}
