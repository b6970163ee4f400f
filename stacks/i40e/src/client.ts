import { type AuxiliaryDevice, BusError, logOf, toError } from "auxbus";
import type { I40eClientOps, I40eInfo } from "./api.ts";
import type { I40ePf } from "./pf.ts";

const CONTRACT_VERSION = "1.0.0";

/** The first interrupt vector for RDMA. */
const IWARP_BASE_VECTOR = 64;

/** The one client that a function's port can have (the kernel's `i40e_client_instance`). */
export class ClientInstance {
  readonly #pf: I40ePf;
  #device: AuxiliaryDevice | null = null;
  #client: I40eClientOps | null = null;
  #opened = false;
  /** TCP packets of RDMA are given to the RDMA block. */
  tcpEnabled = false;

  private constructor(pf: I40ePf) {
    this.#pf = pf;
  }

  /** Publishes the function's slice. @throws {BusError} as adding the device */
  static async add(pf: I40ePf): Promise<ClientInstance> {
    const instance = new ClientInstance(pf);
    const { ids, device: parent, core } = pf;
    const id = ids.alloc();
    instance.#device = await core.auxiliary.create(parent, {
      module: "i40e",
      name: "iwarp",
      id,
      shared: instance.#info(),
      version: CONTRACT_VERSION,
      release: () => ids.free(id),
      unbound: () => instance.#takeBack(),
    });
    return instance;
  }

  async remove(): Promise<void> {
    await this.#device?.destroy();
    this.#device = null;
  }

  /** The service task's part: what was asked for since its last pass. */
  async subtask(l2Changed: boolean): Promise<void> {
    const client = this.#client;
    const { netdev } = this.#pf;
    if (client === null || netdev === null) return;
    if (!this.#opened) {
      this.#opened = true;
      try {
        await client.open();
      } catch (error) {
        this.#opened = false;
        logOf(this.#pf.device, "warn", `its client could not be opened: ${toError(error).message}`, error);
        return;
      }
    } else if (l2Changed) await this.#tell(() => client.l2ParamChange(this.#pf.params()));
    this.tcpEnabled = netdev.up;
  }

  /** Closes the client, if it is open. @param reset the hardware was reset already */
  async close(reset: boolean): Promise<void> {
    if (!this.#opened) {
      logOf(this.#pf.device, "debug", "Cannot locate client instance close routine");
      return;
    }
    await this.#tell(() => this.#client?.close(reset));
    this.#opened = false;
  }

  async #tell(call: () => Promise<void> | void | undefined): Promise<void> {
    try {
      await call();
    } catch (error) {
      logOf(this.#pf.device, "warn", `its client failed: ${toError(error).message}`, error);
    }
  }

  #info(): I40eInfo {
    const pf = this.#pf;
    const { nic } = pf;
    return {
      version: "0.1.0",
      lanmac: nic.port.mac,
      device: pf.device,
      fid: nic.pfId,
      ftype: 0,
      msixBase: IWARP_BASE_VECTOR,
      msixCount: nic.caps.rdmaVectors,
      firmware: "9.20",
      hw: nic.port.rdma,
      netdev: () => pf.netdev?.name ?? null,
      params: () => pf.params(),
      register: (ops) => {
        this.#client = ops;
        pf.requestClientService();
      },
      unregister: () =>
        pf.serviceLock.run(async () => {
          await this.close(false);
          this.#client = null;
        }),
      setupQvlist: (vectors) => {
        const end = IWARP_BASE_VECTOR + nic.caps.rdmaVectors;
        const bad = vectors.find((vector) => vector < IWARP_BASE_VECTOR || vector >= end);
        if (bad !== undefined) {
          throw new BusError("EINVAL", `interrupt vectors are ${IWARP_BASE_VECTOR} to ${end - 1}, not ${bad}`, {
            op: "setup_qvlist",
          });
        }
      },
      requestReset: (level) => {
        if (level !== "pf" && level !== "core") {
          logOf(pf.device, "warn", `Client for PF id ${nic.pfId} requested an unsupported reset: ${String(level)}.`);
          return;
        }
        pf.requestReset();
      },
      updateVsiContext: (tcpEnable, vf) => {
        if (vf !== undefined)
          throw new BusError("EINVAL", "virtual functions have no such context", { op: "update_vsi_ctxt" });
        this.tcpEnabled = tcpEnable;
      },
    };
  }

  /** What the driver has left, as one that has crashed does. */
  #takeBack(): void {
    if (this.#client !== null) {
      logOf(
        this.#pf.device,
        "warn",
        "the driver of its slice has left without unregistering its client; it is gone now",
      );
    }
    this.#client = null;
    this.#opened = false;
    if (this.#pf.nic.port.rdma.stages().length > 0) this.#pf.nic.port.rdma.reset();
  }
}
