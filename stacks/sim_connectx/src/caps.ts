/** What a function can do, as its firmware says. Change them before a driver looks. */
export interface HcaCaps {
  /** Ethernet or InfiniBand. */
  portType: "eth" | "ib";
  ethNetOffloads: boolean;
  nicFlowTable: boolean;
  csumCap: boolean;
  maxLsoCap: boolean;
  vlanCap: boolean;
  rssIndTblCap: boolean;
  /** Levels of receive flow tables. */
  rxMaxFtLevel: number;
  selfLbEnModifiable: boolean;
  cqModeration: boolean;
  roce: boolean;
  eswitchManager: boolean;
  /** This function's port can belong to another function's RDMA device. */
  affiliateNicVportCriteria: boolean;
  numVhcaPorts: number;
  /** How many ports can be bonded in hardware. */
  numLagPorts: number;
  /** Virtqueues in hardware. */
  virtioNetQ: boolean;
  vdpaQpMode: boolean;
  ethFrameOffloadType: boolean;
  /** How many sub-functions there can be. */
  maxSfs: number;
}

/** A card with Ethernet ports and everything on. */
export function defaultCaps(): HcaCaps {
  return {
    portType: "eth",
    ethNetOffloads: true,
    nicFlowTable: true,
    csumCap: true,
    maxLsoCap: true,
    vlanCap: true,
    rssIndTblCap: true,
    rxMaxFtLevel: 4,
    selfLbEnModifiable: true,
    cqModeration: true,
    roce: true,
    eswitchManager: true,
    affiliateNicVportCriteria: false,
    numVhcaPorts: 2,
    numLagPorts: 2,
    virtioNetQ: true,
    vdpaQpMode: true,
    ethFrameOffloadType: true,
    maxSfs: 8,
  };
}
