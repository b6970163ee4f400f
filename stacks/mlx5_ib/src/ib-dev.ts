import type { Remote } from "auxbus";
import type { Mlx5Event, Mlx5RdmaFunction } from "@auxbus/mlx5_core";
import type { NetDevices, NetEvent } from "@auxbus/netdev";
import type { IbDevice, Rdma } from "@auxbus/rdma";
import { verbsOf, type Mlx5IbVerbs } from "./verbs.ts";

export interface IbDevOptions {
  readonly fn: Remote<Mlx5RdmaFunction>;
  readonly rdma: Remote<Rdma>;
  readonly netdevs: Remote<NetDevices>;
  /** Ports, of which the first is the function's own. */
  readonly ports: number;
}

/** What a stage has done, to be undone in reverse. */
type Undo = () => unknown;

/** An RDMA device of one function (the kernel's `mlx5_ib_dev`), brought up stage by stage. */
export class IbDev {
  readonly #options: IbDevOptions;
  readonly #verbs: Mlx5IbVerbs;
  readonly #undo: Undo[] = [];
  #device: Remote<IbDevice> | null = null;
  /** Name of the port's network device, and whether it runs. */
  #netdev: string | null = null;
  #carrier = false;

  private constructor(options: IbDevOptions) {
    this.#options = options;
    this.#verbs = verbsOf(options.fn);
  }

  /**
   * Runs the stages; what was done is undone when one fails.
   *
   * @throws what the stage that failed throws
   */
  static async probe(options: IbDevOptions): Promise<IbDev> {
    const dev = new IbDev(options);
    try {
      await dev.#roceStage();
      await dev.#registerStage();
      await dev.#notifierStage();
    } catch (error) {
      await dev.remove();
      throw error;
    }
    return dev;
  }

  get device(): Remote<IbDevice> | null {
    return this.#device;
  }

  /** The stages in reverse: notifiers are off before the device is unregistered. */
  async remove(): Promise<void> {
    for (const undo of this.#undo.splice(0).toReversed()) await undo();
    this.#device = null;
  }

  /** Which network device the port is on. */
  async #roceStage(): Promise<void> {
    const { fn, netdevs } = this.#options;
    const { netdev } = await fn.use();
    this.#netdev = netdev;
    const known = (await netdevs.list()).find(({ name }) => name === netdev);
    this.#carrier = known !== undefined && known.up && known.carrier && known.present;
  }

  async #registerStage(): Promise<void> {
    const { fn, rdma, ports } = this.#options;
    const { lag } = await fn.use();
    const { nodeGuid, systemImageGuid } = await fn.identity;
    const own = { netdev: this.#netdev, active: this.#carrier };
    const others = Array.from({ length: ports - 1 }, () => ({ netdev: null, active: false }));
    this.#device = await rdma.register({
      name: lag ? "mlx5_bond_%d" : "mlx5_%d",
      parent: await fn.device,
      nodeGuid,
      systemImageGuid,
      ports: [own, ...others],
      ops: this.#verbs,
    });
    const device = this.#device;
    this.#undo.push(() => rdma.unregister(device));
  }

  async #notifierStage(): Promise<void> {
    const { fn, netdevs } = this.#options;
    const events = await fn.subscribe((event) => this.#heard(event));
    this.#undo.push(() => events[Symbol.dispose]());
    const net = await netdevs.subscribe((event) => this.#netChanged(event));
    this.#undo.push(() => net[Symbol.dispose]());
  }

  #heard(event: Mlx5Event): void {
    switch (event.type) {
      case "COMPLETION":
        this.#verbs.completed(event.cqn, "completion");
        break;
      case "CQ_ERROR":
        this.#verbs.completed(event.cqn, "cq-error");
        break;
      case "QP_FATAL":
        void this.#device?.dispatch({ type: "QP_FATAL", qpn: event.qpn });
        break;
      case "SYS_ERROR":
        void this.#device?.dispatch({ type: "DEVICE_FATAL" });
        break;
      case "UPLINK_NETDEV":
        this.#netdev = event.netdev;
        void this.#device?.setPort(1, { netdev: event.netdev, ...(event.netdev === null && { active: false }) });
        break;
      case "PORT_UP":
      case "PORT_DOWN":
        // The network device tells it, too, and knows whether it is wanted up.
        break;
    }
  }

  #netChanged({ dev }: NetEvent): void {
    if (dev.name !== this.#netdev) return;
    const active = dev.up && dev.carrier && dev.present;
    if (active === this.#carrier) return;
    this.#carrier = active;
    void this.#device?.setPort(1, { active });
  }
}
