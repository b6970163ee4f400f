import { BusError } from "auxbus";
import type { DevlinkOps } from "@auxbus/devlink";
import { enterErrorState } from "./error-state.ts";
import { loadOne, unloadOne, waitPciUp } from "./load.ts";
import type { Mlx5CoreDev } from "./mdev.ts";

/** What users can do with a function through devlink. @param mdevOf the function, once there is one */
export function devlinkOps(kind: "PF" | "VF" | "SF", mdevOf: () => Mlx5CoreDev): DevlinkOps {
  return {
    reload: {
      actions: kind === "PF" ? ["driver_reinit", "fw_activate"] : ["driver_reinit"],
      async down(action) {
        const mdev = mdevOf();
        refuseReload(mdev);
        if (action === "fw_activate") {
          const { canActivate } = await mdev.query("QUERY_RESET_LEVEL", {});
          if (!canActivate) throw unsupported(mdev, "FW activate is not supported: no firmware waits");
          await mdev.command("SYNC_RESET", {});
          enterErrorState(mdev);
        }
        await unloadOne(mdev, mdev.global.options.suspendOnReload);
      },
      async up(action) {
        const mdev = mdevOf();
        await waitPciUp(mdev);
        await loadOne(mdev);
        return action === "fw_activate" ? ["driver_reinit", "fw_activate"] : ["driver_reinit"];
      },
    },
    ...(kind === "PF" && {
      eswitch: {
        mode: () => mdevOf().eswitch?.mode ?? "legacy",
        async setMode(mode) {
          const { eswitch } = mdevOf();
          if (eswitch === null) throw unsupported(mdevOf(), "it does not manage the eswitch");
          await eswitch.setMode(mode);
        },
      },
      port: {
        add: (spec) => sfTable(mdevOf()).add(spec),
        del: (index) => sfTable(mdevOf()).del(index),
        setState: (index, state) => sfTable(mdevOf()).setState(index, state),
      },
    }),
  };
}

function refuseReload(mdev: Mlx5CoreDev): void {
  if (mdev.caps.affiliateNicVportCriteria && mdev.caps.numVhcaPorts <= 1) {
    throw unsupported(mdev, "reload is unsupported on a multiport slave");
  }
  if ((mdev.sfTable?.size ?? 0) > 0) throw unsupported(mdev, "reload is unsupported when SFs are allocated");
  if (mdev.lag?.isActive() === true) throw unsupported(mdev, "reload is unsupported in Lag mode");
}

function sfTable(mdev: Mlx5CoreDev): NonNullable<Mlx5CoreDev["sfTable"]> {
  if (mdev.sfTable !== null) return mdev.sfTable;
  throw unsupported(mdev, "it has no sub-functions");
}

function unsupported(mdev: Mlx5CoreDev, why: string): BusError {
  return new BusError("EOPNOTSUPP", why, { op: "devlink", device: mdev.name });
}
