import { type AuxiliaryDevice, BusError, logOf, toError } from "auxbus";
import { rdmaFunction, repFunction, vnetFunction } from "./functions.ts";
import { FLAG, type Mlx5CoreDev } from "./mdev.ts";

/** The version of everything that is shared with drivers of other modules. */
const CONTRACT_VERSION = "1.0.0";

/** One line of the table: which auxiliary device there is, and when. */
interface AdevSlot {
  readonly name: string;
  isSupported(mdev: Mlx5CoreDev): boolean;
  /** Its devlink parameter; none: always. */
  readonly enabledBy?: string;
  shared(mdev: Mlx5CoreDev): unknown;
  /** A driver has gone. */
  readonly unbound?: (mdev: Mlx5CoreDev) => void;
}

/** In the order in which they are made; they go in the reverse order. */
export const ADEVS: readonly AdevSlot[] = [
  { name: "eth", isSupported: isEthSupported, enabledBy: "enable_eth", shared: (mdev) => mdev },
  { name: "eth-rep", isSupported: isEthRepSupported, shared: (mdev) => mdev },
  { name: "rdma", isSupported: isRdmaSupported, enabledBy: "enable_rdma", shared: rdmaFunction, unbound: takeBackRdma },
  { name: "rdma-rep", isSupported: isRdmaRepSupported, shared: repFunction, unbound: takeBackRdma },
  { name: "multiport", isSupported: isMultiportSupported, shared: rdmaFunction, unbound: takeBackRdma },
  { name: "vnet", isSupported: isVnetSupported, enabledBy: "enable_vnet", shared: vnetFunction },
];

const ETH_CAPS = [
  ["ethNetOffloads", "eth_net_offloads"],
  ["nicFlowTable", "nic_flow_table"],
  ["csumCap", "csum_cap"],
  ["maxLsoCap", "max_lso_cap"],
  ["vlanCap", "vlan_cap"],
  ["rssIndTblCap", "rss_ind_tbl_cap"],
] as const;

export function isEthSupported(mdev: Mlx5CoreDev): boolean {
  const { caps, device } = mdev;
  if (caps.portType !== "eth") return false;
  for (const [cap, name] of ETH_CAPS) {
    if (!caps[cap]) {
      logOf(device, "warn", `Missing ${name} capability`);
      return false;
    }
  }
  if (caps.rxMaxFtLevel < 3) {
    logOf(device, "warn", "Missing max_ft_level capability");
    return false;
  }
  if (!caps.selfLbEnModifiable) logOf(device, "warn", "Self loop back prevention is not supported");
  if (!caps.cqModeration) logOf(device, "warn", "CQ moderation is not supported");
  return true;
}

function isEthRepSupported(mdev: Mlx5CoreDev): boolean {
  return mdev.caps.eswitchManager && mdev.eswitch?.mode === "switchdev";
}

function isIbAllowed(mdev: Mlx5CoreDev): boolean {
  return !mdev.has(FLAG.DISABLE_IB_ADEV);
}

export function isRdmaSupported(mdev: Mlx5CoreDev): boolean {
  return isIbAllowed(mdev) && mdev.caps.roce && !isRdmaRepSupported(mdev) && !isMultiportSupported(mdev);
}

function isRdmaRepSupported(mdev: Mlx5CoreDev): boolean {
  return isIbAllowed(mdev) && mdev.caps.roce && isEthRepSupported(mdev) && !isMultiportSlave(mdev);
}

/** Its port belongs to the RDMA device of another function. */
function isMultiportSlave({ caps }: Mlx5CoreDev): boolean {
  return caps.affiliateNicVportCriteria && caps.numVhcaPorts <= 1;
}

function isMultiportSupported(mdev: Mlx5CoreDev): boolean {
  if (!isIbAllowed(mdev) || isRdmaRepSupported(mdev)) return false;
  return mdev.caps.portType === "eth" && isMultiportSlave(mdev);
}

export function isVnetSupported({ kind, caps }: Mlx5CoreDev): boolean {
  return kind !== "PF" && caps.virtioNetQ && caps.vdpaQpMode && caps.ethFrameOffloadType;
}

/** A parameter that is not there counts as false. */
function isEnabled(mdev: Mlx5CoreDev, slot: AdevSlot): boolean {
  return slot.enabledBy === undefined || mdev.devlink.params.driverinit(slot.enabledBy) === true;
}

/** For the first time: whatever is supported and enabled is published, or the function does not come up. */
export async function registerDevice(mdev: Mlx5CoreDev): Promise<void> {
  const error = await mdev.global.intfMutex.run(() => {
    mdev.flags &= ~FLAG.DISABLE_ALL_ADEV;
    return rescanLocked(mdev);
  });
  if (error === null) return;
  await unregisterDevice(mdev);
  throw error;
}

/** For good: everything goes. */
export async function unregisterDevice(mdev: Mlx5CoreDev): Promise<void> {
  await mdev.global.intfMutex.run(() => {
    mdev.flags = FLAG.DISABLE_ALL_ADEV;
    return rescanLocked(mdev);
  });
}

/** Takes away what should not be there, and makes what should. @throws the first error; the other slots are done */
export async function rescan(mdev: Mlx5CoreDev): Promise<void> {
  const error = await mdev.global.intfMutex.run(() => rescanLocked(mdev));
  if (error !== null) throw error;
}

/** With the lock held. @returns the first error */
export async function rescanLocked(mdev: Mlx5CoreDev): Promise<Error | null> {
  if (mdev.has(FLAG.DETACH)) return null;
  for (const [i, slot] of [...ADEVS.entries()].toReversed()) {
    if (mdev.has(FLAG.DISABLE_ALL_ADEV) || !isEnabled(mdev, slot) || !slot.isSupported(mdev)) await delAdev(mdev, i);
  }
  if (mdev.has(FLAG.DISABLE_ALL_ADEV)) return null;
  let first: Error | null = null;
  for (const [i, slot] of ADEVS.entries()) {
    if (mdev.adevs[i] != null || !isEnabled(mdev, slot) || !slot.isSupported(mdev)) continue;
    const error = await addAdev(mdev, i, slot);
    first ??= error;
  }
  return first;
}

/**
 * After a reload, resume or recovery. Unlike a rescan it ends with the first error.
 *
 * @throws {BusError} a slot could not be made; what was made before stays
 */
export async function attachDevice(mdev: Mlx5CoreDev): Promise<void> {
  await mdev.global.intfMutex.run(async () => {
    mdev.flags &= ~FLAG.DETACH;
    for (const [i, slot] of ADEVS.entries()) {
      const device = mdev.adevs[i];
      const error = device == null ? await attachMissing(mdev, i, slot) : await attachKept(device);
      if (error !== null) throw error;
    }
  });
}

async function attachMissing(mdev: Mlx5CoreDev, i: number, slot: AdevSlot): Promise<Error | null> {
  return isEnabled(mdev, slot) && slot.isSupported(mdev) ? addAdev(mdev, i, slot) : null;
}

async function attachKept(device: AuxiliaryDevice): Promise<Error | null> {
  try {
    await device.resume();
    return null;
  } catch (error) {
    logOf(device, "warn", `Device[${device.id}] (${device.matchName}) failed to load`, error);
    return toError(error);
  }
}

/**
 * Before the function is unloaded: everything goes, the last one first, except what a bound driver can suspend.
 *
 * @param suspend it is only for a while: drivers that can may keep their devices
 */
export async function detachDevice(mdev: Mlx5CoreDev, suspend: boolean): Promise<void> {
  await mdev.global.intfMutex.run(async () => {
    for (const [i, slot] of [...ADEVS.entries()].toReversed()) {
      const device = mdev.adevs[i];
      if (device == null) continue;
      // Somebody may have unbound it by hand.
      if (suspend && isEnabled(mdev, slot) && canSuspend(device)) {
        await device.suspend({ event: 0 }).catch((error: unknown) => {
          logOf(device, "warn", `its driver's suspend failed, which does not count: ${toError(error).message}`, error);
        });
      } else await delAdev(mdev, i);
    }
    mdev.flags |= FLAG.DETACH;
  });
}

function canSuspend({ driver }: AuxiliaryDevice): boolean {
  return driver !== null && typeof Reflect.get(driver.definition, "suspend") === "function";
}

/** @returns why it could not be made. That no driver takes it is no error */
async function addAdev(mdev: Mlx5CoreDev, i: number, slot: AdevSlot): Promise<Error | null> {
  try {
    mdev.adevs[i] = await mdev.core.auxiliary.create(mdev.device, {
      module: "mlx5_core",
      name: slot.name,
      id: mdev.id,
      shared: slot.shared(mdev),
      version: CONTRACT_VERSION,
      unbound: slot.unbound === undefined ? undefined : () => slot.unbound?.(mdev),
    });
    return null;
  } catch (error) {
    logOf(mdev.device, "warn", `Device[${i}] (${slot.name}) failed to load`, error);
    return error instanceof BusError ? error : toError(error);
  }
}

async function delAdev(mdev: Mlx5CoreDev, i: number): Promise<void> {
  const device = mdev.adevs[i];
  if (device == null) return;
  mdev.adevs[i] = null;
  await device.destroy();
}

/** What the RDMA driver has left in the hardware, as one that has crashed does. */
function takeBackRdma({ hca, device, state }: Mlx5CoreDev): void {
  const left = Object.values(hca.rdma.counts()).reduce((sum, count) => sum + count, 0);
  if (left === 0) return;
  // On a device that is in error nobody can take anything back.
  if (state === "UP") logOf(device, "warn", `its RDMA driver has left ${left} objects; they are taken back`);
  hca.rdma.reset();
}
