import { type AuxiliaryDriver, defineAuxiliaryDriver, driverDataOf } from "auxbus";
import { Devlink } from "@auxbus/devlink";
import { devlinkOps } from "./devlink.ts";
import { Health } from "./health.ts";
import { initOne, uninitOne, unloadOne } from "./load.ts";
import { Mlx5CoreDev } from "./mdev.ts";
import type { Mlx5SfDev } from "./sf-dev.ts";

/** The driver of a sub-function: it is a function of its own, whose slices are its children. */
export const sfDriver: AuxiliaryDriver = defineAuxiliaryDriver({
  name: "sf",
  idTable: [{ name: "mlx5_core.sf" }],

  async probe(device) {
    const { parent, hca, id }: Mlx5SfDev = device.shared;
    const { global } = parent;
    const devlink = Devlink.of(device.core);
    const instance = devlink.alloc(
      device,
      devlinkOps("SF", () => mdev),
    );
    const mdev = new Mlx5CoreDev(global, device, hca, instance, id);
    mdev.health = new Health(mdev);
    await initOne(mdev);
    device.driverData = mdev;
    devlink.register(instance);
  },

  async remove(device) {
    const mdev = driverDataOf(device, Mlx5CoreDev);
    await mdev.health?.drain();
    await Devlink.of(device.core).unregister(mdev.devlink);
    await uninitOne(mdev);
  },

  async shutdown(device) {
    const mdev = driverDataOf(device, Mlx5CoreDev);
    await mdev.health?.drain();
    await mdev.devlink.lock.run(() => unloadOne(mdev, false));
  },
});
