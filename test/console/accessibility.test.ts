import { BusError } from "auxbus";
import { expect, test } from "vitest";
import { addNic, ETH, type HostRig } from "../host/rig.ts";
import { Shelf } from "../modules/shelf.ts";
import { consoleHost, openAt, openConsole, useBrowser } from "./rig.ts";
import { violations } from "./violations.ts";

useBrowser();

async function busyHost(): Promise<HostRig> {
  const shelf = new Shelf(
    { name: "card", auxbus: { params: { speed: { type: "uint", writable: true } } } },
    { name: "other" },
  );
  const rig = await consoleHost({ modules: shelf.folder, config: { modules: ["card"] } });
  await addNic(rig.host);
  const { core } = rig.host;
  const nic = core.findDevice("/devices/nic0");
  if (nic == null) throw new Error("where is it?");
  for (const [name, code] of [
    ["late", "EPROBE_DEFER"],
    ["bad", "EIO"],
  ] as const) {
    const probe = (): never => {
      throw new BusError(code, "it does not work");
    };
    await core.auxiliary.register({ name, idTable: [{ name: `nic.${name}` }], probe }, { module: name });
    await core.auxiliary.create(nic, { module: "nic", name, id: 0 });
  }
  const parked = await core.auxiliary.create(nic, { module: "nic", name: "eth", id: 1 });
  await rig.client.post("/v1/park", { body: { device: parked.path, reason: "it smokes" } });
  core.link(await core.auxiliary.create(nic, { module: "nic", name: "eth", id: 2 }), nic);
  core.log.warn("a warning");
  core.log.error("an error");
  return rig;
}

const VIEWS = ["#/devices", "#/graph", `#/timeline${ETH}`, "#/modules", "#/log", `#/device${ETH}`] as const;

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe-core finds nothing serious in any view, ${colorScheme}`, { timeout: 60_000 }, async () => {
    const ui = await openConsole(await busyHost(), { colorScheme });
    for (const view of VIEWS) {
      await ui.goTo(view);
      await ui.page.waitForTimeout(500);
      expect(await violations(ui), view).toEqual([]);
    }
    await ui.button("Unbind…").click();
    expect(await violations(ui), "question").toEqual([]);
    await ui.page.keyboard.press("Escape");
    await ui.page.keyboard.press("?");
    expect(await violations(ui), "help").toEqual([]);
    await ui.page.keyboard.press("Escape");
    await ui.page.locator(".menu summary").click();
    expect(await violations(ui), "menu").toEqual([]);
    await ui.goTo("#/modules");
    await ui.button("Write card.speed").waitFor();
    expect(await violations(ui), "modules").toEqual([]);
  });

  test(`the page that asks for a token and the banner of a lost connection, ${colorScheme}`, async () => {
    const rig = await consoleHost();
    const { ui, page } = await openAt(`${rig.url}/`, { colorScheme, allow: /Failed to load|ERR_/ });
    expect(await violations(ui)).toEqual([]);
    await page.getByLabel("Token of this host").fill(rig.host.tokens.operator);
    await ui.button("Open").click();
    await ui.live();
    await rig.host.stop();
    await page.getByText(/The connection to the host is lost/).waitFor();
    expect(await violations(ui)).toEqual([]);
  });
}

test("on a phone, nothing is wider than the screen, and everything can be reached", async () => {
  const ui = await openConsole(await busyHost(), {
    viewport: { width: 360, height: 700 },
    isMobile: true,
    hasTouch: true,
  });
  for (const view of VIEWS) {
    await ui.goTo(view);
    await ui.page.waitForTimeout(300);
    expect(await ui.page.evaluate("document.documentElement.scrollWidth - innerWidth"), view).toBeLessThanOrEqual(0);
  }
  await ui.page.getByRole("link", { name: "Devices" }).first().tap();
  await ui.row("nic.eth.0").getByRole("link").tap();
  await ui.button("Unbind…").tap();
  await ui.agree("Unbind", /loses eth\.eth/);
  await ui.says("Unbind: done");
});

test("the theme can be chosen, and is kept", async () => {
  const ui = await openConsole(await consoleHost(), { colorScheme: "light" });
  const ground = "getComputedStyle(document.documentElement).backgroundColor";
  const light = await ui.page.evaluate(ground);
  await ui.page.locator(".menu summary").click();
  await ui.page.getByLabel("Theme").selectOption("dark");
  const dark = await ui.page.evaluate(ground);
  expect(dark).not.toBe(light);
  await ui.page.reload();
  await ui.live();
  expect(await ui.page.evaluate(ground)).toBe(dark);
});

test("the skip link leads past the navigation", async () => {
  const ui = await openConsole(await consoleHost());
  await ui.page.keyboard.press("Tab");
  await ui.page.keyboard.press("Enter");
  expect(await ui.page.evaluate("document.activeElement?.id")).toBe("main");
});
