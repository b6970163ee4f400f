import { AsyncDisposer, BusError } from "auxbus";
import type { QpAttributes } from "@auxbus/sim_net";
import type { Mlx5Identity, Mlx5RdmaFunction, Mlx5RepFunction, Mlx5Use, Mlx5VnetFunction } from "./api.ts";
import type { Mlx5CoreDev } from "./mdev.ts";

/** Pairs of virtqueues that each function has. */
const VIRTQ_PAIRS = 8;

function identityOf(mdev: Mlx5CoreDev): Mlx5Identity {
  if (mdev.identity !== null) return mdev.identity;
  throw new BusError("ENXIO", `${mdev.name} was never up`, { op: "identity", device: mdev.name });
}

function useOf(mdev: Mlx5CoreDev): Mlx5Use {
  return {
    lag: mdev.lag?.isRoceActive() ?? false,
    roce: mdev.roce,
    netdev: mdev.uplink?.dev.name ?? null,
    linkUp: mdev.hca.linkUp,
  };
}

/** What the drivers of `rdma` and `multiport` get of a function. */
export function rdmaFunction(mdev: Mlx5CoreDev): Mlx5RdmaFunction {
  const { hca } = mdev;
  return {
    identity: identityOf(mdev),
    device: mdev.device,
    use: () => useOf(mdev),
    subscribe: (fn) => mdev.subscribe(fn),
    async enableRoce(enable) {
      await mdev.command("NIC_VPORT_ENABLE_ROCE", { enable });
      mdev.roce = enable;
    },
    allocPd: () => mdev.query("ALLOC_PD", {}),
    deallocPd: (pd) => mdev.command("DEALLOC_PD", { pd }),
    createMkey: (pd, dma, length, access) => mdev.query("CREATE_MKEY", { pd, dma, length, access }),
    destroyMkey: (lkey) => mdev.command("DESTROY_MKEY", { lkey }),
    createCq: (depth) => mdev.query("CREATE_CQ", { depth }),
    destroyCq: (cqn) => mdev.command("DESTROY_CQ", { cqn }),
    createQp: (pd, sendCq, recvCq) => mdev.query("CREATE_QP", { pd, sendCq, recvCq }),
    modifyQp: (qpn, attributes: QpAttributes) => mdev.command("MODIFY_QP", { qpn, attributes }),
    destroyQp: (qpn) => mdev.command("DESTROY_QP", { qpn }),
    postSend: (qpn, wqe) => hca.postSend(qpn, wqe),
    postReceive: (qpn, wqe) => hca.postReceive(qpn, wqe),
    pollCq: (cqn, most) => hca.pollCq(cqn, most),
    armCq: (cqn) => hca.armCq(cqn),
  };
}

/** What the driver of `rdma-rep` gets. */
export function repFunction(mdev: Mlx5CoreDev): Mlx5RepFunction {
  return {
    ...rdmaFunction(mdev),
    async registerReps(ops) {
      const { eswitch } = mdev;
      if (eswitch === null) throw new BusError("EOPNOTSUPP", `${mdev.name} has no eswitch`, { op: "registerReps" });
      await eswitch.registerReps("ib", ops);
      return new AsyncDisposer(() => eswitch.unregisterReps("ib"));
    },
  };
}

/** What the driver of `vnet` gets. */
export function vnetFunction(mdev: Mlx5CoreDev): Mlx5VnetFunction {
  return {
    identity: identityOf(mdev),
    device: mdev.device,
    handle: mdev.devlink.handle,
    maxVirtqPairs: VIRTQ_PAIRS,
    use: () => useOf(mdev),
    createVirtq: () => mdev.command("CREATE_VIRTQ", {}),
    destroyVirtq: () => mdev.command("DESTROY_VIRTQ", {}),
  };
}
