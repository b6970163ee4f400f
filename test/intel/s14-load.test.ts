import { expect, test } from "vitest";
import { IntelRig } from "./intel.ts";

test("14", async () => {
  const { rig } = await IntelRig.up({ model: "e810", functions: 2 });
  console.log(rig.aux(), rig.lsmod(), rig.ibNames());
  await rig.end();
});
test("20", async () => {
  const { rig } = await IntelRig.up({ model: "x710", functions: 1 });
  console.log(rig.aux(), rig.lsmod(), rig.ibNames());
  await rig.end();
});
test("27", async () => {
  const { rig } = await IntelRig.up({ model: "e2100", functions: 1 });
  console.log(rig.aux(), rig.lsmod(), rig.ibNames());
  await rig.end();
});
