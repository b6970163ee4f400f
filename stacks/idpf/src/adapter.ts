import { DelayedWork, type IdAllocator, logOf } from "auxbus";
import { type NetDevice, NetDevices } from "@auxbus/netdev";
import type { PciDevice } from "@auxbus/pci";
import type { IntelNic, IntelVport } from "@auxbus/sim_intel_nic";
import { Idc } from "./idc.ts";

/** One infrastructure data path function (the kernel's `idpf_adapter`): network devices and RDMA of its ports. */
export class Adapter {
  readonly #device: PciDevice;
  readonly #nic: IntelNic;
  readonly #netdevs: NetDevices;
  /** Of the virtual ports, in their order. */
  readonly #ports: NetDevice[] = [];
  readonly #idc: Idc;
  readonly #reset: DelayedWork;
  readonly #mtuWork: DelayedWork;
  /** Ports whose MTU has changed, and whose RDMA driver has not been told. */
  readonly #mtuChanged = new Set<number>();

  constructor(device: PciDevice, nic: IntelNic, ids: IdAllocator) {
    this.#device = device;
    this.#nic = nic;
    this.#netdevs = NetDevices.of(device.core);
    this.#reset = new DelayedWork(device.core, () => this.#resetFunction());
    this.#mtuWork = new DelayedWork(device.core, () => this.#tellMtus());
    const requestReset = (): void => this.#reset.schedule();
    this.#idc = new Idc({ device, nic, ids, netdevs: this.#ports, requestReset });
  }

  /** Brings the ports up, then RDMA. @throws what the part that failed throws; what was done is for `takeDown` */
  async bringUp(): Promise<void> {
    const nic = this.#nic;
    for (const [i, vport] of nic.vports.entries()) this.#ports.push(await this.#registerNetdev(vport, i));
    nic.onEvent = (event) => {
      if (event.type === "link")
        for (const [i, dev] of this.#ports.entries()) dev.setCarrier(nic.vports[i]?.linkUp === true);
    };
    if (nic.caps.rdma) await this.#idc.init();
  }

  /** RDMA goes before the network devices that it is on. */
  async takeDown(): Promise<void> {
    await this.#reset.disable();
    await this.#mtuWork.disable();
    this.#nic.onEvent = null;
    await this.#idc.deinit();
    for (const dev of this.#ports.toReversed()) await this.#netdevs.unregister(dev);
  }

  async #registerNetdev(vport: IntelVport, i: number): Promise<NetDevice> {
    const dev = await this.#netdevs.register({
      name: "eth%d",
      parent: this.#device,
      mac: vport.mac,
      ops: {
        open() {
          vport.onFrame = (frame) => dev.receive(frame);
        },
        stop() {
          vport.onFrame = null;
        },
        xmit: (frame) => vport.transmit(frame),
        // Told later: not under the RTNL.
        changeMtu: () => {
          this.#mtuChanged.add(i);
          this.#mtuWork.schedule();
        },
      },
    });
    dev.setCarrier(vport.linkUp);
    return dev;
  }

  async #tellMtus(): Promise<void> {
    for (const vport of this.#mtuChanged) {
      this.#mtuChanged.delete(vport);
      await this.#idc.mtuChanged(vport, this.#ports[vport]?.mtu ?? 0);
    }
  }

  /** RDMA is warned, goes, and comes back with the function. */
  async #resetFunction(): Promise<void> {
    const { rtnl } = this.#netdevs;
    await this.#idc.warnReset();
    await this.#idc.deinit();
    await rtnl.run(() => {
      for (const dev of this.#ports) dev.detach();
    });
    try {
      await this.#nic.reset("pf");
    } catch (error) {
      logOf(this.#device, "error", "reset failed", error);
      return;
    }
    await rtnl.run(() => {
      for (const dev of this.#ports) dev.attach();
    });
    await this.#idc.init();
  }
}
