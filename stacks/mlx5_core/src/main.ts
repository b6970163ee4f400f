import { driverDataOf, errnoOf, logOf } from "auxbus";
import { Devlink } from "@auxbus/devlink";
import { hardwareOf, type PciDriver } from "@auxbus/pci";
import { Hca } from "@auxbus/sim_connectx";
import { devlinkOps } from "./devlink.ts";
import { enterErrorState } from "./error-state.ts";
import type { Mlx5Global } from "./global.ts";
import { Health } from "./health.ts";
import { initOne, loadOne, uninitOne, unloadOne, waitPciUp } from "./load.ts";
import { Mlx5CoreDev } from "./mdev.ts";

const MELLANOX = 0x15b3;
const CONNECTX6_DX = 0x101d;
const CONNECTX_VF = 0x101e;

/** The PCI driver of ConnectX functions. */
export function pciDriver(global: Mlx5Global): PciDriver {
  const devlink = Devlink.of(global.core);

  return {
    name: "mlx5_core",
    idTable: [
      { vendor: MELLANOX, device: CONNECTX6_DX },
      { vendor: MELLANOX, device: CONNECTX_VF },
    ],

    async probe(device) {
      const hardware = hardwareOf(device, Hca, "ConnectX");
      const instance = devlink.alloc(
        device,
        devlinkOps(hardware.kind, () => mdev),
      );
      const mdev = new Mlx5CoreDev(global, device, hardware, instance, global.ids.alloc());
      mdev.health = new Health(mdev);
      device.driverData = mdev;
      try {
        await initOne(mdev);
      } catch (error) {
        await mdev.health?.drain();
        logOf(device, "error", `mlx5_init_one failed with error code ${errnoOf(error)}`, error);
        global.ids.free(mdev.id);
        throw error;
      }
      // Users see it last.
      devlink.register(instance);
    },

    async remove(device) {
      const mdev = driverDataOf(device, Mlx5CoreDev);
      await mdev.health?.drain();
      await devlink.unregister(mdev.devlink);
      await uninitOne(mdev);
      global.ids.free(mdev.id);
    },

    async shutdown(device) {
      const mdev = driverDataOf(device, Mlx5CoreDev);
      await mdev.health?.drain();
      await mdev.devlink.lock.run(() => unloadOne(mdev, false));
    },

    pm: {
      async suspend(device) {
        const mdev = driverDataOf(device, Mlx5CoreDev);
        await mdev.devlink.lock.run(() => unloadOne(mdev, true));
      },
      async resume(device) {
        const mdev = driverDataOf(device, Mlx5CoreDev);
        await mdev.devlink.lock.run(() => loadOne(mdev));
      },
    },

    errorHandlers: {
      async errorDetected(device, state) {
        const mdev = driverDataOf(device, Mlx5CoreDev);
        enterErrorState(mdev);
        await mdev.devlink.lock.run(() => unloadOne(mdev, false));
        return state === "perm-failure" ? "disconnect" : "need-reset";
      },
      async slotReset(device) {
        const mdev = driverDataOf(device, Mlx5CoreDev);
        logOf(device, "info", "wait vital counter");
        await waitPciUp(mdev);
        return mdev.hca.syndrome === 0 ? "recovered" : "disconnect";
      },
      async resume(device) {
        const mdev = driverDataOf(device, Mlx5CoreDev);
        await mdev.devlink.lock.run(() => loadOne(mdev));
      },
    },
  };
}
