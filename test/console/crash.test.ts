import { fileURLToPath } from "node:url";
import { test } from "vitest";
import { Shelf } from "../modules/shelf.ts";
import { consoleHost, openConsole, useBrowser } from "./rig.ts";

useBrowser();

/** A driver that dies a moment after it has bound, whatever is tried. */
const FRAGILE = {
  name: "fragile",
  auxbus: { aliases: ["auxiliary:nic.fragile"], isolation: "worker" },
  code: `import { defineIsolableDriver } from "auxbus";
export const driver = defineIsolableDriver({
  idTable: [{ name: "nic.fragile" }],
  probe() { setTimeout(() => process.exit(3), 30); },
});
`,
};

test("a driver that crashes until it is parked: the device, the timeline and the modules say so", async () => {
  const shelf = new Shelf(FRAGILE);
  shelf.link("auxbus", fileURLToPath(new URL("../../packages/auxbus", import.meta.url)));
  const rig = await consoleHost({ modules: shelf.folder, config: { crash: { most: 2, backoff: 10 } } });
  const { core } = rig.host;
  const ui = await openConsole(rig);
  const nic = core.addRootDevice("nic0");
  await core.auxiliary.create(nic, { module: "nic", name: "fragile", id: 0 });
  await ui.row("nic.fragile.0").getByText("crashed").waitFor({ timeout: 15_000 });
  await ui.button(/^crashed 1/).waitFor();
  await ui.row("nic.fragile.0").getByRole("link").click();
  await ui.button("Unpark").waitFor();
  await ui.page.getByRole("listitem").filter({ hasText: "has crashed" }).first().waitFor();
  await ui.goTo("#/timeline/devices/nic0/nic.fragile.0");
  await ui.page
    .getByRole("cell", { name: /has crashed.*parked/ })
    .first()
    .waitFor();
  await ui.goTo("#/modules");
  await ui.page.getByText("parked after a crash").waitFor();
});
