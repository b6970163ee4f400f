import type { Remote } from "auxbus";
import type { Mlx5RdmaFunction } from "@auxbus/mlx5_core";
import type { IbDev } from "./ib-dev.ts";

/** The second port of a card whose first has the RDMA device. */
interface Slave {
  readonly systemImageGuid: string;
  readonly kind: string;
  readonly fn: Remote<Mlx5RdmaFunction>;
  master: Master | null;
}

interface Master {
  readonly systemImageGuid: string;
  readonly kind: string;
  readonly dev: IbDev;
}

/** Port number of a slave on its master's RDMA device. */
const SLAVE_PORT = 2;

/** Brings the ports of one card together, whichever comes first. */
export class Multiport {
  readonly #masters = new Set<Master>();
  /** Affiliated, or waiting for a master. */
  readonly #slaves = new Set<Slave>();

  /** An RDMA device has come: a slave of its card that waits becomes its second port. @returns what ends it */
  async addMaster(systemImageGuid: string, kind: string, dev: IbDev): Promise<() => Promise<void>> {
    const master: Master = { systemImageGuid, kind, dev };
    this.#masters.add(master);
    for (const slave of this.#slaves) {
      if (slave.master === null && belong(master, slave)) await bind(master, slave);
    }
    return async () => {
      this.#masters.delete(master);
      for (const slave of this.#slaves) if (slave.master === master) slave.master = null;
    };
  }

  async addSlave(systemImageGuid: string, kind: string, fn: Remote<Mlx5RdmaFunction>): Promise<() => Promise<void>> {
    const slave: Slave = { systemImageGuid, kind, fn, master: null };
    this.#slaves.add(slave);
    const master = [...this.#masters].find((candidate) => belong(candidate, slave));
    if (master !== undefined) await bind(master, slave);
    return async () => {
      this.#slaves.delete(slave);
      await slave.master?.dev.device?.setPort(SLAVE_PORT, { netdev: null, active: false });
      slave.master = null;
    };
  }
}

function belong(master: Master, slave: Slave): boolean {
  return master.systemImageGuid === slave.systemImageGuid && master.kind === slave.kind;
}

async function bind(master: Master, slave: Slave): Promise<void> {
  slave.master = master;
  const { netdev, linkUp } = await slave.fn.use();
  await master.dev.device?.setPort(SLAVE_PORT, { netdev, active: linkUp });
}
