import type { IsolableCore, Remote } from "auxbus";
import { type NetDeviceInfo, NetDevices, type NetEvent } from "@auxbus/netdev";
import type { IrdmaDevice } from "./device.ts";

/** The module's RDMA devices, and the notifier that tells them of their network devices. */
export class Registry {
  readonly #netdevs: Remote<NetDevices>;
  readonly #devices = new Set<IrdmaDevice>();
  #listening: Disposable | Remote<Disposable> | null = null;

  constructor(core: IsolableCore) {
    this.#netdevs = NetDevices.of(core);
  }

  async start(): Promise<void> {
    this.#listening = await this.#netdevs.subscribe((event) => this.#heard(event));
  }

  async stop(): Promise<void> {
    const listening = this.#listening;
    this.#listening = null;
    await listening?.[Symbol.dispose]();
  }

  /** A device has come: its port is as its network device is. */
  async add(device: IrdmaDevice): Promise<void> {
    this.#devices.add(device);
    const dev = (await this.#netdevs.list()).find(({ name }) => name === device.netdev);
    await device.setActive(dev !== undefined && isUp(dev));
  }

  async remove(device: IrdmaDevice): Promise<void> {
    this.#devices.delete(device);
    await device.remove();
  }

  #heard({ dev }: NetEvent): void {
    for (const device of this.#devices) if (device.netdev === dev.name) void device.setActive(isUp(dev));
  }
}

function isUp(dev: NetDeviceInfo): boolean {
  return dev.up && dev.carrier;
}
