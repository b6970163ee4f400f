import { type AuxiliaryDevice, BusError, type IdAllocator, logOf, toError } from "auxbus";
import type { NetDevice } from "@auxbus/netdev";
import type { PciDevice } from "@auxbus/pci";
import type { IntelNic, RdmaBlock } from "@auxbus/sim_intel_nic";

const CONTRACT_VERSION = "1.0.0";

type CoreDevice = AuxiliaryDevice<"idpf.8086.rdma.core">;
type VportDevice = AuxiliaryDevice<"idpf.8086.rdma.vdev">;

export interface IdcOptions {
  readonly device: PciDevice;
  readonly nic: IntelNic;
  /** One for core and port slices. */
  readonly ids: IdAllocator;
  /** Network devices of the virtual ports. */
  readonly netdevs: readonly NetDevice[];
  readonly requestReset: () => void;
}

/** The RDMA slices of one function: one of its core; one of each virtual port, as long as the core's has a driver. */
export class Idc {
  readonly #options: IdcOptions;
  #core: CoreDevice | null = null;
  readonly #vports: (VportDevice | null)[] = [];

  constructor(options: IdcOptions) {
    this.#options = options;
  }

  /** Publishes the core's slice. @throws {BusError} as adding the device */
  async init(): Promise<void> {
    const { device, ids, requestReset } = this.#options;
    const id = ids.alloc();
    this.#core = await device.core.auxiliary.create(device, {
      module: "idpf",
      name: "8086.rdma.core",
      id,
      shared: {
        device,
        coreId: id,
        vportDevCtrl: (up) => (up ? this.#plugVports(id) : this.#unplugVports()),
        requestReset,
      },
      version: CONTRACT_VERSION,
      release: () => ids.free(id),
    });
  }

  /** The ports' slices first, then the core's. */
  async deinit(): Promise<void> {
    await this.#unplugVports();
    const core = this.#core;
    this.#core = null;
    await core?.destroy();
  }

  async warnReset(): Promise<void> {
    await tell(this.#core, () => this.#core?.call("event", "WARN_RESET"));
  }

  async mtuChanged(vport: number, mtu: number): Promise<void> {
    const device = this.#vports[vport];
    if (device != null) await tell(device, () => device.call("mtuChanged", mtu));
  }

  async #plugVports(coreId: number): Promise<void> {
    const { device, ids, nic, netdevs } = this.#options;
    for (const [i, vport] of nic.vports.entries()) {
      if (this.#vports[i] != null) continue;
      const id = ids.alloc();
      try {
        this.#vports[i] = await device.core.auxiliary.create(device, {
          module: "idpf",
          name: "8086.rdma.vdev",
          id,
          shared: {
            device,
            coreId,
            vport: i,
            mac: vport.mac,
            hw: vport.rdma,
            netdev: () => netdevs[i]?.name ?? null,
            mtu: () => netdevs[i]?.mtu ?? 1500,
          },
          version: CONTRACT_VERSION,
          release: () => ids.free(id),
          unbound: () => takeBack(vport.rdma),
        });
      } catch (error) {
        await this.#unplugVports();
        throw error;
      }
    }
  }

  async #unplugVports(): Promise<void> {
    for (const [i, slice] of [...this.#vports.entries()].toReversed()) {
      this.#vports[i] = null;
      await slice?.destroy();
    }
  }
}

/** Without driver, or one that has no such handler, nobody is told. */
async function tell(device: AuxiliaryDevice | null, call: () => Promise<unknown> | undefined): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (device === null || (error instanceof BusError && (error.code === "ENODEV" || error.code === "EOPNOTSUPP")))
      return;
    logOf(device, "warn", `its driver failed in an event: ${toError(error).message}`, error);
  }
}

/** What the driver of a port has left in the hardware, as one that has crashed does. */
function takeBack(hw: RdmaBlock): void {
  if (hw.stages().length > 0) hw.reset();
}
