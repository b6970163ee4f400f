import { expect, test } from "vitest";
import { addNic } from "../host/rig.ts";
import { Shelf } from "../modules/shelf.ts";
import { consoleHost, openAt, openConsole, useBrowser } from "./rig.ts";

useBrowser();

const FAILURES = /status of 4|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load resource/;

const CARD = {
  name: "card",
  auxbus: { params: { speed: { type: "uint", default: 10, writable: true, description: "how fast" } } },
};

test("a module is loaded with a parameter, written to, upgraded, unloaded and blacklisted", async () => {
  const shelf = new Shelf(CARD);
  const rig = await consoleHost({ modules: shelf.folder });
  const { modules } = rig.host;
  const ui = await openConsole(rig);
  await ui.goTo("#/modules");
  await ui.button("Load card").click();
  await ui.page.getByRole("dialog").getByLabel("speed").fill("20");
  await ui.page.keyboard.press("Enter");
  await ui.says("Load card: done");
  expect(modules.lsmod().map(({ name, params }) => [name, params["speed"]])).toEqual([["card", 20]]);

  await ui.button("Write card.speed").click();
  await ui.page.getByLabel("New value of card.speed").fill("30");
  await ui.page.keyboard.press("Enter");
  await ui.says("Write speed: done");
  expect(modules.lsmod()[0]?.params["speed"]).toBe(30);
  await ui.page.getByText("speed=30").waitFor();

  shelf.put({ ...CARD, version: "2.0.0" });
  await ui.button("Look for new packages").click();
  await ui.says("Look for packages: done");
  await ui.page.getByText("(2.0.0 is installed)").waitFor();
  await ui.button("Upgrade card").click();
  await ui.agree("Upgrade", "Version 2.0.0 is installed, 1.0.0 runs.");
  await ui.says("Upgrade: done");
  expect(modules.lsmod()[0]?.version).toBe("2.0.0");

  await ui.button("Unload card").click();
  await ui.agree("Unload", "No device is bound to its drivers.");
  await ui.says("Unload: done");
  expect(modules.lsmod()).toEqual([]);

  await ui.button("Blacklist card").click();
  await ui.says("Blacklist card: done");
  expect(rig.host.settings.blacklist()).toEqual(["card"]);
  await ui.page.getByText("Blacklisted").click();
  await ui.says("Take card off the blacklist: done");
  expect(rig.host.settings.blacklist()).toEqual([]);
});

test("what has been loaded elsewhere is seen without asking", async () => {
  const rig = await consoleHost({ modules: new Shelf(CARD).folder });
  const ui = await openConsole(rig);
  await ui.goTo("#/modules");
  await ui.button("Load card").waitFor();
  await rig.host.modules.modprobe("card");
  await ui.button("Unload card").waitFor();
});

test("the system is suspended after a question, and resumed", async () => {
  const rig = await consoleHost();
  await addNic(rig.host);
  const ui = await openConsole(rig);
  const menu = ui.page.locator(".menu summary");
  await menu.click();
  await ui.button("Suspend…").click();
  await ui.agree("Suspend", "1 bound device will be suspended.");
  await ui.page.getByText(/The system is suspended/).waitFor();
  expect(rig.host.core.power.suspended).toBe(true);
  if (!(await ui.button("Resume").isVisible())) await menu.click();
  await ui.button("Resume").click();
  await ui.says("Resume: done");
  expect(rig.host.core.power.suspended).toBe(false);
  await ui.page.getByText(/The system is suspended/).waitFor({ state: "detached" });
});

test("the configuration is read again; a host without one says so", async () => {
  let reloads = 0;
  const rig = await consoleHost();
  const ui = await openConsole(rig, { allow: FAILURES });
  await ui.page.locator(".menu summary").click();
  await ui.button("Reload the configuration").click();
  await ui.says("this host has no configuration file (EOPNOTSUPP)");
  const { config } = await import("@auxbus/host").then(({ parseConfig }) => ({
    config: parseConfig({ listen: { http: { port: 0 } } }),
  }));
  const second = await consoleHost({ reloadConfig: async () => (reloads++, config) });
  const other = await openConsole(second);
  await other.page.locator(".menu summary").click();
  await other.button("Reload the configuration").click();
  await other.says("Reload: done");
  expect(reloads).toBe(1);
});

test("the host is shut down after a question", async () => {
  const rig = await consoleHost();
  await addNic(rig.host);
  const { ui, page } = await openAt(`${rig.url}/#token=${rig.host.tokens.operator}`, { allow: FAILURES });
  await ui.live();
  await page.locator(".menu summary").click();
  await ui.button("Shut down…").click();
  await ui.agree("Shut down", "It has to be started again by hand.");
  await rig.host.stopped;
  await page.getByText(/The connection to the host is lost/).waitFor();
});

test("autoprobe of a bus is turned off after a question, and on", async () => {
  const rig = await consoleHost();
  await addNic(rig.host);
  const ui = await openConsole(rig);
  await ui.goTo("#/modules");
  const autoprobe = ui.button("Autoprobe of auxiliary");
  await autoprobe.click();
  await ui.agree("Turn off", "What is bound stays bound.");
  await ui.page.getByText("1 device, bound by hand only").waitFor();
  expect(rig.host.core.auxiliary.autoprobe).toBe(false);
  await autoprobe.click();
  await ui.page.getByText("1 device, probed by themselves").waitFor();
  expect(rig.host.core.auxiliary.autoprobe).toBe(true);
});

test("a journal that cannot be written is told of on every page", async () => {
  const rig = await consoleHost();
  const { ui, page } = await openAt(`${rig.url}/`, { allow: FAILURES });
  // A full disk, as the host tells of it.
  await page.route("**/v1/status", async (route) => {
    const response = await route.fetch();
    const status = await response.json();
    const journal = { ...status.journal, state: "failing", reason: "no space left on device" };
    await route.fulfill({ response, json: { ...status, journal } });
  });
  await page.getByLabel("Token of this host").fill(rig.host.tokens.operator);
  await ui.button("Open").click();
  await page.getByText("The journal cannot be written: no space left on device").waitFor();
  await page.unrouteAll();
  await page.getByText("The journal cannot be written").waitFor({ state: "detached" });
});
