import { expect, test } from "vitest";
import { Mlx5Rig } from "./mlx5.ts";

test("1: a card is plugged in, and nothing is loaded", async () => {
  const mlx5 = await Mlx5Rig.up({ ports: 1 });
  const { rig } = mlx5;
  console.log(rig.since());
  console.log(rig.said(), rig.lsmod());
  await rig.end();
});
