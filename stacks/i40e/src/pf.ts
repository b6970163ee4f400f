import { DelayedWork, type DriverCore, type IdAllocator, logOf, Mutex, type Timer } from "auxbus";
import { type NetDevice, NetDevices } from "@auxbus/netdev";
import type { PciDevice } from "@auxbus/pci";
import type { IntelNic } from "@auxbus/sim_intel_nic";
import type { I40eParams } from "./api.ts";
import type { ClientInstance } from "./client.ts";

/** Milliseconds between two passes of the service task that nobody asks for. */
const SERVICE_PERIOD = 1000;

/** One physical function of an X710 (the kernel's `i40e_pf`). */
export class I40ePf {
  readonly device: PciDevice;
  readonly nic: IntelNic;
  /** `i40e_client_ida` */
  readonly ids: IdAllocator;
  /** `__I40E_SERVICE_SCHED`: a pass of the service task, or somebody who must not meet one. */
  readonly serviceLock: Mutex = new Mutex();
  readonly service: DelayedWork;
  client: ClientInstance | null = null;
  netdev: NetDevice | null = null;
  classes = 1;
  /** __I40E_DOWN: nothing is to be opened. */
  down = false;
  #timer: Timer | null = null;
  #resetRequested = false;
  #clientReset = false;
  #serviceRequested = false;
  #l2Changed = false;

  constructor(device: PciDevice, nic: IntelNic, ids: IdAllocator) {
    this.device = device;
    this.nic = nic;
    this.ids = ids;
    this.service = new DelayedWork(device.core, () => this.serviceLock.run(() => this.#pass()));
  }

  get core(): DriverCore {
    return this.device.core;
  }

  params(): I40eParams {
    return { mtu: this.netdev?.mtu ?? 1500, classes: this.classes };
  }

  startServiceTimer(): void {
    this.#timer ??= this.core.runtime.setTimer(() => {
      this.#timer = null;
      this.service.schedule();
      this.startServiceTimer();
    }, SERVICE_PERIOD);
  }

  /** No pass is going on any more, and none begins. */
  async stopService(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    await this.service.disable();
  }

  /** The client is to be opened, or told of the device going up or down. */
  requestClientService(): void {
    this.#serviceRequested = true;
    this.service.schedule();
  }

  /** The MTU or the traffic classes have changed. */
  l2Changed(): void {
    this.#l2Changed = true;
    this.requestClientService();
  }

  requestReset(): void {
    this.#resetRequested = true;
    this.service.schedule();
  }

  /** One pass of the service task: a reset first, and then the client is only told that it has been. */
  async #pass(): Promise<void> {
    await this.#resetSubtask();
    if (this.#clientReset) {
      this.#clientReset = false;
      await this.client?.close(true);
      // A later pass opens it again.
      this.requestClientService();
      return;
    }
    if (this.down || !this.#serviceRequested) return;
    this.#serviceRequested = false;
    const l2Changed = this.#l2Changed;
    this.#l2Changed = false;
    await this.client?.subtask(l2Changed);
  }

  async #resetSubtask(): Promise<void> {
    if (!this.#resetRequested) return;
    this.#resetRequested = false;
    logOf(this.device, "info", "PF reset requested");
    const { rtnl } = NetDevices.of(this.core);
    await rtnl.run(() => {
      this.netdev?.detach();
      this.nic.port.onFrame = null;
    });
    this.#clientReset = true;
    try {
      await this.nic.reset("pf");
    } catch (error) {
      logOf(this.device, "error", "rebuild of the function failed", error);
      this.down = true;
      return;
    }
    await rtnl.run(() => {
      const dev = this.netdev;
      dev?.attach();
      dev?.setCarrier(this.nic.port.linkUp);
      if (dev?.up === true) this.nic.port.onFrame = (frame) => dev.receive(frame);
    });
  }
}
