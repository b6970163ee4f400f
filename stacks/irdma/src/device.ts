import { BusError, type Device, type IsolableCore, type Remote } from "auxbus";
import { type IbDevice, type IbDeviceOps, Rdma } from "@auxbus/rdma";
import type { RdmaBlock, RdmaStage } from "@auxbus/sim_intel_nic";

/** What brings commands up, and then what brings connections up; of these, two are for iWARP only. */
const CONTROL_STAGES = ["cqp", "hmc", "ccq", "ceq0"] as const;
const RUNTIME_STAGES = ["ilq", "ieq", "ceqs", "aeq"] as const;
const IWARP_ONLY: ReadonlySet<RdmaStage> = new Set(["ilq", "ieq"]);

export interface IrdmaOptions {
  readonly core: IsolableCore;
  /** The PCI function. */
  readonly parent: Remote<Device>;
  readonly hw: Remote<RdmaBlock>;
  readonly mac: string;
  /** Name of the network device that the port is on. */
  readonly netdev: string;
  readonly protocol: "roce" | "iwarp";
  readonly mtu: number;
}

/** One RDMA device of an Intel function, whichever generation (the kernel's `irdma_device` and `irdma_pci_f`). */
export class IrdmaDevice {
  readonly netdev: string;
  readonly protocol: "roce" | "iwarp";
  mtu: number;
  /** The hardware was reset, or will be: nothing in it is to be undone. */
  reset = false;
  readonly #options: IrdmaOptions;
  readonly #ops: IbDeviceOps;
  readonly #notifies = new Map<number, (event: "completion" | "cq-error") => void>();
  readonly #undo: (() => unknown)[] = [];
  #device: Remote<IbDevice> | null = null;
  #active = false;
  /** Nothing is sent while the traffic classes change. */
  #pause: { readonly over: Promise<void>; end(): void } | null = null;

  private constructor(options: IrdmaOptions) {
    this.#options = options;
    this.netdev = options.netdev;
    this.protocol = options.protocol;
    this.mtu = options.mtu;
    this.#ops = this.#verbs();
  }

  /**
   * Brings the hardware up and registers the device; undoes it when a part fails.
   *
   * @throws what the part that failed throws
   */
  static async probe(options: IrdmaOptions): Promise<IrdmaDevice> {
    const device = new IrdmaDevice(options);
    try {
      for (const stage of [...CONTROL_STAGES, ...RUNTIME_STAGES]) {
        if (IWARP_ONLY.has(stage) && options.protocol === "roce") continue;
        await options.hw.bringUp(stage);
        device.#undo.push(() => (device.reset ? undefined : options.hw.takeDown(stage)));
      }
      await device.#register();
    } catch (error) {
      await device.remove();
      throw error;
    }
    return device;
  }

  async #register(): Promise<void> {
    const { core, hw, parent, mac } = this.#options;
    const events = await hw.subscribe((event) => {
      if (event.type === "completion") this.#notifies.get(event.cqn)?.("completion");
      else if (event.type === "cq-error") this.#notifies.get(event.cqn)?.("cq-error");
      else void this.#device?.dispatch({ type: "QP_FATAL", qpn: event.qpn });
    });
    this.#undo.push(() => events[Symbol.dispose]());
    const rdma = Rdma.of(core);
    const device = await rdma.register({
      name: "irdma%d",
      parent,
      nodeGuid: guidOf(mac),
      ports: [{ netdev: this.netdev, active: false }],
      ops: this.#ops,
    });
    this.#device = device;
    this.#undo.push(() => rdma.unregister(device));
  }

  /** The port is up, or down (`iw_status`): users are told. */
  async setActive(active: boolean): Promise<void> {
    if (active === this.#active) return;
    this.#active = active;
    await this.#device?.setPort(1, { active });
  }

  /** The port goes down, users are disassociated, the hardware is stopped, the last part first. */
  async remove(): Promise<void> {
    await this.setActive(false);
    this.resume();
    for (const undo of this.#undo.splice(0).toReversed()) await undo();
    this.#device = null;
  }

  /** What is sent from now on waits. */
  suspend(): void {
    if (this.#pause !== null) return;
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#pause = { over, end };
  }

  get suspended(): boolean {
    return this.#pause !== null;
  }

  /** What has waited is sent. */
  resume(): void {
    this.#pause?.end();
    this.#pause = null;
  }

  #verbs(): IbDeviceOps {
    const { hw } = this.#options;
    /** After a reset there is nothing to undo: the hardware has forgotten it. */
    const undo = async (fn: () => Promise<void>): Promise<void> => {
      if (!this.reset) await fn();
    };
    return {
      async queryDevice() {
        const { qps, cqs, cqDepth, mrs, pds } = await hw.limits;
        return { vendorId: 0x8086, firmware: "1.71", maxQp: qps, maxCq: cqs, maxCqe: cqDepth, maxMr: mrs, maxPd: pds };
      },
      allocPd: () => hw.allocPd(),
      deallocPd: (pd) => undo(() => hw.deallocPd(pd)),
      createCq: async (depth, notify) => {
        const cqn = await hw.createCq(depth);
        this.#notifies.set(cqn, notify);
        return cqn;
      },
      destroyCq: async (cqn) => {
        this.#notifies.delete(cqn);
        await undo(() => hw.destroyCq(cqn));
      },
      pollCq: (cqn, most) => hw.pollCq(cqn, most),
      reqNotifyCq: (cqn) => hw.armCq(cqn),
      regUserMr: (pd, { dma, length }, access) => hw.createMkey(pd, dma, length, access),
      deregMr: (lkey) => undo(() => hw.destroyMkey(lkey)),
      createQp: (pd, sendCq, recvCq) => hw.createQp(pd, sendCq, recvCq),
      modifyQp: (qpn, attributes) => undo(() => hw.modifyQp(qpn, attributes)),
      destroyQp: (qpn) => undo(() => hw.destroyQp(qpn)),
      postSend: async (qpn, wr) => {
        await this.#pause?.over;
        if (this.#device === null) throw new BusError("EIO", "the device has gone", { op: "post_send" });
        await hw.postSend(qpn, wr);
      },
      postRecv: (qpn, wr) => hw.postReceive(qpn, wr),
    };
  }
}

function guidOf(mac: string): string {
  const [a, b, c, d, e, f] = mac.split(":");
  return `${a ?? ""}${b ?? ""}:${c ?? ""}ff:fe${d ?? ""}:${e ?? ""}${f ?? ""}`;
}
