import type { Remote } from "auxbus";
import type { Mlx5RdmaFunction } from "@auxbus/mlx5_core";
import type { IbDeviceOps } from "@auxbus/rdma";

/** What the verbs of a device need to know while it is there. */
export interface Mlx5IbVerbs extends IbDeviceOps {
  /** A completion queue has something, or has overrun. */
  completed(cqn: number, event: "completion" | "cq-error"): void;
}

/** The verbs of an RDMA device: commands and doorbells of its function. */
export function verbsOf(fn: Remote<Mlx5RdmaFunction>): Mlx5IbVerbs {
  const notifies = new Map<number, (event: "completion" | "cq-error") => void>();
  return {
    async queryDevice() {
      const { firmware, maxQp, maxCq, maxCqe, maxMr, maxPd } = await fn.identity;
      return { vendorId: 0x2c9, firmware, maxQp, maxCq, maxCqe, maxMr, maxPd };
    },
    allocPd: () => fn.allocPd(),
    deallocPd: (pd) => fn.deallocPd(pd),
    async createCq(depth, notify) {
      const cqn = await fn.createCq(depth);
      notifies.set(cqn, notify);
      return cqn;
    },
    async destroyCq(cqn) {
      notifies.delete(cqn);
      await fn.destroyCq(cqn);
    },
    pollCq: (cqn, most) => fn.pollCq(cqn, most),
    reqNotifyCq: (cqn) => fn.armCq(cqn),
    regUserMr: (pd, { dma, length }, access) => fn.createMkey(pd, dma, length, access),
    deregMr: (lkey) => fn.destroyMkey(lkey),
    createQp: (pd, sendCq, recvCq) => fn.createQp(pd, sendCq, recvCq),
    modifyQp: (qpn, attributes) => fn.modifyQp(qpn, attributes),
    destroyQp: (qpn) => fn.destroyQp(qpn),
    postSend: (qpn, wr) => fn.postSend(qpn, wr),
    postRecv: (qpn, wr) => fn.postReceive(qpn, wr),
    completed: (cqn, event) => notifies.get(cqn)?.(event),
  };
}
