import { BusError, logOf } from "auxbus";
import { attachDevice, detachDevice, registerDevice, unregisterDevice } from "./dev.ts";
import { Eswitch } from "./eswitch.ts";
import { lagAdd, lagRemove } from "./lag.ts";
import type { Mlx5CoreDev } from "./mdev.ts";
import { registerParams } from "./params.ts";
import { SfDevTable } from "./sf-dev.ts";
import { SfTable } from "./sf-devlink.ts";

/** Milliseconds to wait for a function to answer after a reset, and between two tries. */
const PCI_WAIT = 60_000;
const PCI_TRY = 20;

/** Brings a function up for the first time, and publishes its slices. @throws {BusError} as the firmware says */
export async function initOne(mdev: Mlx5CoreDev): Promise<void> {
  await mdev.devlink.lock.run(() =>
    mdev.intfState.run(async () => {
      mdev.state = "UP";
      await functionSetup(mdev);
      try {
        initOnce(mdev);
        load(mdev);
        mdev.interfaceUp = true;
        registerParams(mdev);
        try {
          await registerDevice(mdev);
        } catch (error) {
          mdev.devlink.params.clear();
          mdev.interfaceUp = false;
          await unload(mdev);
          throw error;
        }
      } catch (error) {
        cleanupOnce(mdev);
        await functionTeardown(mdev);
        throw error;
      }
    }),
  );
}

/** Takes a function down for good. */
export async function uninitOne(mdev: Mlx5CoreDev): Promise<void> {
  await mdev.devlink.lock.run(() =>
    mdev.intfState.run(async () => {
      await unregisterDevice(mdev);
      mdev.devlink.params.clear();
      if (mdev.interfaceUp) {
        mdev.interfaceUp = false;
        await unload(mdev);
        await functionTeardown(mdev);
      } else logOf(mdev.device, "warn", "uninit_one: interface is down, NOP");
      cleanupOnce(mdev);
    }),
  );
}

/** Brings a function up again: after a reload, a resume, a recovery. Call it with the devlink lock held. */
export async function loadOne(mdev: Mlx5CoreDev): Promise<void> {
  await mdev.intfState.run(async () => {
    if (mdev.interfaceUp) {
      logOf(mdev.device, "warn", "interface is up, NOP");
      return;
    }
    mdev.state = "UP";
    try {
      await functionSetup(mdev);
      try {
        load(mdev);
        mdev.interfaceUp = true;
        try {
          await attachDevice(mdev);
          await mdev.eswitch?.enable();
        } catch (error) {
          // Nothing stays on a function that is down, not even what was there before the one that failed.
          await detachDevice(mdev, false);
          mdev.interfaceUp = false;
          await unload(mdev);
          throw error;
        }
      } catch (error) {
        await functionTeardown(mdev);
        throw error;
      }
    } catch (error) {
      mdev.state = "INTERNAL_ERROR";
      throw error;
    }
  });
}

/**
 * Takes a function down for a while. Call it with the devlink lock held.
 *
 * @param suspend drivers that can may keep their devices
 */
export async function unloadOne(mdev: Mlx5CoreDev, suspend: boolean): Promise<void> {
  await mdev.intfState.run(async () => {
    await detachDevice(mdev, suspend);
    if (!mdev.interfaceUp) {
      logOf(mdev.device, "warn", "unload_one: interface is down, NOP");
      return;
    }
    mdev.interfaceUp = false;
    await unload(mdev);
    await functionTeardown(mdev);
  });
}

/** The firmware runs, and says what it can do. */
async function functionSetup(mdev: Mlx5CoreDev): Promise<void> {
  await mdev.command("ENABLE_HCA", {});
  try {
    const caps = await mdev.query("QUERY_HCA_CAP", {});
    mdev.caps = caps;
    await mdev.command("INIT_HCA", {});
    const { mac, nodeGuid, systemImageGuid } = await mdev.query("QUERY_NIC_VPORT", {});
    const { qps, cqs, cqDepth, mrs, pds } = mdev.hca.rdma.limits;
    const limits = { maxQp: qps, maxCq: cqs, maxCqe: cqDepth, maxMr: mrs, maxPd: pds };
    mdev.identity = { kind: mdev.kind, mac, nodeGuid, systemImageGuid, firmware: "22.35.1012", ...limits };
  } catch (error) {
    await mdev.command("DISABLE_HCA", {}).catch(() => undefined);
    throw error;
  }
}

async function functionTeardown(mdev: Mlx5CoreDev): Promise<void> {
  for (const name of ["TEARDOWN_HCA", "DISABLE_HCA"] as const) {
    await mdev.command(name, {}).catch((error: unknown) => {
      logOf(mdev.device, "warn", `${name} failed`, error);
    });
  }
}

function initOnce(mdev: Mlx5CoreDev): void {
  if (mdev.kind !== "PF" || !mdev.caps.eswitchManager) return;
  mdev.eswitch = new Eswitch(mdev);
  mdev.sfDevs = new SfDevTable(mdev);
  mdev.sfTable = new SfTable(mdev);
}

function cleanupOnce(mdev: Mlx5CoreDev): void {
  mdev.devlink.destroyReporter("fw_fatal");
  mdev.eswitch = null;
  mdev.sfDevs = null;
  mdev.sfTable = null;
}

/** Event queues, bonding, sub-functions. */
function load(mdev: Mlx5CoreDev): void {
  mdev.roce = true;
  mdev.hca.onEvent = (event) => {
    if (event.type === "port") mdev.notify({ type: event.up ? "PORT_UP" : "PORT_DOWN" });
    else if (event.type === "reset-now") mdev.health?.resetNow();
    else {
      mdev.sfTable?.stateChanged(event.index, event.state);
      mdev.sfDevs?.stateChanged(event.index, event.sfnum, event.state);
    }
  };
  mdev.hca.onRdmaEvent = (event) => {
    if (event.type === "completion") mdev.notify({ type: "COMPLETION", cqn: event.cqn });
    else if (event.type === "cq-error") mdev.notify({ type: "CQ_ERROR", cqn: event.cqn });
    else mdev.notify({ type: "QP_FATAL", qpn: event.qpn });
  };
  lagAdd(mdev);
  mdev.health?.startPolling();
  mdev.sfDevs?.create();
}

/** Sub-functions' devices go first. */
async function unload(mdev: Mlx5CoreDev): Promise<void> {
  await mdev.sfDevs?.destroy();
  await mdev.eswitch?.disable();
  await lagRemove(mdev);
  mdev.health?.stopPolling();
  mdev.hca.onEvent = null;
  mdev.hca.onRdmaEvent = null;
}

/** Waits until a function answers again after a reset. @throws {BusError} `ETIMEDOUT` */
export async function waitPciUp(mdev: Mlx5CoreDev): Promise<void> {
  const { runtime } = mdev.core;
  for (const end = runtime.now() + PCI_WAIT; !mdev.hca.alive;) {
    if (runtime.now() >= end) {
      throw new BusError("ETIMEDOUT", `${mdev.name} does not answer after its reset`, {
        op: "wait",
        device: mdev.name,
      });
    }
    await new Promise<void>((resolve) => void runtime.setTimer(resolve, PCI_TRY));
  }
}
