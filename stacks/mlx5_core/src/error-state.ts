import type { Mlx5CoreDev } from "./mdev.ts";

/** From now on commands fail at once, and users of the function are told. */
export function enterErrorState(mdev: Mlx5CoreDev): void {
  if (mdev.state === "INTERNAL_ERROR") return;
  mdev.state = "INTERNAL_ERROR";
  mdev.notify({ type: "SYS_ERROR" });
}
