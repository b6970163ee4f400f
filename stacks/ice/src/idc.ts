import { BusError, logOf, toError } from "auxbus";
import type { IceRdmaFunction, IidcEvent } from "./api.ts";
import type { IceAuxDevice, IcePf } from "./pf.ts";

const CONTRACT_VERSION = "1.0.0";

/** Vectors that the RDMA driver needs at least. */
const MIN_VECTORS = 2;

/** RDMA of a function begins. Without the capability there is none, which is no error. @throws {BusError} `EIO` */
export async function initRdma(pf: IcePf): Promise<void> {
  const { caps } = pf.nic;
  if (!caps.rdma) {
    logOf(pf.device, "warn", "RDMA is not supported on this device");
    return;
  }
  pf.rdmaEnabled = caps.rdmaVectors >= MIN_VECTORS;
  pf.auxId = pf.auxIds.alloc();
  pf.rdmaMode.roce = true;
  try {
    await plugAuxDev(pf);
  } catch (error) {
    pf.auxIds.free(pf.auxId);
    pf.auxId = null;
    throw new BusError("EIO", `RDMA could not be set up: ${toError(error).message}`, { op: "init_rdma", cause: error });
  }
}

/** RDMA of a function ends, whatever is wanted of it at the moment: bonded, or between unplug and plug. */
export async function deinitRdma(pf: IcePf): Promise<void> {
  pf.flags.delete("PLUG_AUX_DEV");
  pf.flags.delete("UNPLUG_AUX_DEV");
  await unplugAuxDev(pf);
  if (pf.auxId !== null) pf.auxIds.free(pf.auxId);
  pf.auxId = null;
  pf.rdmaEnabled = false;
}

/** Publishes the slice of the protocol that is on. Nothing when RDMA is not wanted, or the function is reset. */
export function plugAuxDev(pf: IcePf): Promise<void> {
  return pf.plugMutex.run(() => plug(pf));
}

async function plug(pf: IcePf): Promise<void> {
  const { auxId, rdmaMode } = pf;
  // It is done when that has ended, and not at all when it has failed.
  if (pf.resetting || pf.resetFailed) return;
  if (!pf.rdmaEnabled || auxId === null || pf.adev !== null || !(rdmaMode.roce || rdmaMode.iwarp)) return;
  const name = rdmaMode.roce ? "roce" : "iwarp";
  const device: IceAuxDevice = await pf.core.auxiliary.create(pf.device, {
    module: "ice",
    name,
    id: auxId,
    shared: functionOf(pf, name),
    version: CONTRACT_VERSION,
    unbound: () => takeBack(pf),
  });
  // Not before: what happens meanwhile is not told to a driver that is still probing.
  await pf.adevMutex.run(() => {
    pf.adev = device;
  });
}

/** Takes the slice away. From the first moment on no event reaches its driver. Harmless when there is none. */
export function unplugAuxDev(pf: IcePf): Promise<void> {
  return pf.plugMutex.run(async () => {
    const device = await pf.adevMutex.run(() => {
      const { adev } = pf;
      pf.adev = null;
      return adev;
    });
    await device?.destroy();
  });
}

/** Tells the bound driver of something, and waits until it has heard. Without driver it is not told. */
export async function sendEvent(pf: IcePf, event: IidcEvent): Promise<void> {
  await pf.adevMutex.run(async () => {
    try {
      await pf.adev?.call("event", event);
    } catch (error) {
      if (error instanceof BusError && (error.code === "ENODEV" || error.code === "EOPNOTSUPP")) return;
      logOf(pf.device, "warn", `its RDMA driver failed in an event: ${toError(error).message}`, error);
    }
  });
}

/** What the RDMA driver gets of a function. */
function functionOf(pf: IcePf, protocol: "roce" | "iwarp"): IceRdmaFunction {
  const { nic } = pf;
  return {
    pfId: nic.pfId,
    device: pf.device,
    protocol,
    vectors: nic.caps.rdmaVectors,
    mac: nic.port.mac,
    hw: nic.port.rdma,
    netdev: () => pf.netdev?.name ?? null,
    mtu: () => pf.netdev?.mtu ?? 1500,
    qos: () => ({ classes: pf.classes }),
    addRdmaQset(trafficClass) {
      if (!pf.rdmaEnabled) throw new BusError("EINVAL", "RDMA is off", { op: "add_rdma_qset" });
      const teid = nic.allocQset();
      pf.qsets.set(trafficClass, teid);
      return teid;
    },
    delRdmaQset(trafficClass) {
      if (pf.qsets.delete(trafficClass)) nic.freeQset();
    },
    requestReset(level) {
      if (level !== "pf" && level !== "core" && level !== "global") {
        logOf(pf.device, "error", "incorrect reset request");
        throw new BusError("EINVAL", `there is no reset ${String(level)}`, { op: "request_reset" });
      }
      pf.scheduleReset(level);
    },
    updateVsiFilter: (enable) => nic.setRdmaFilter(enable),
  };
}

/** What the RDMA driver has left in the hardware, as one that has crashed does. */
function takeBack(pf: IcePf): void {
  for (const trafficClass of [...pf.qsets.keys()]) {
    pf.qsets.delete(trafficClass);
    pf.nic.freeQset();
  }
  if (pf.nic.port.rdma.stages().length > 0) {
    // Before a reset it need not stop anything.
    if (!pf.resetting) logOf(pf.device, "warn", "its RDMA driver has left RDMA running; it is stopped");
    pf.nic.port.rdma.reset();
  }
  pf.nic.setRdmaFilter(false);
}
