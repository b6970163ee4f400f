import { BusError } from "auxbus";
import { expect, test } from "vitest";
import { addNic, ETH, type HostRig } from "../host/rig.ts";
import { consoleHost, type ConsolePage, openConsole, useBrowser } from "./rig.ts";

useBrowser();

async function open(hash: string, allow = /^$/): Promise<{ readonly rig: HostRig; readonly ui: ConsolePage }> {
  const rig = await consoleHost();
  await addNic(rig.host);
  const ui = await openConsole(rig, { allow });
  await ui.goTo(hash);
  return { rig, ui };
}

/** A device that waits, and one that fails. */
async function addTrouble({ host: { core } }: HostRig): Promise<void> {
  const nic = core.findDevice("/devices/nic0");
  if (nic == null) throw new Error("where is it?");
  const probe = (code: "EPROBE_DEFER" | "EIO") => (): never => {
    throw new BusError(code, code === "EIO" ? "the link is dead" : "its clock is not there yet");
  };
  await core.auxiliary.register(
    { name: "late", idTable: [{ name: "nic.late" }], probe: probe("EPROBE_DEFER") },
    { module: "late" },
  );
  await core.auxiliary.register(
    { name: "bad", idTable: [{ name: "nic.bad" }], probe: probe("EIO") },
    { module: "bad" },
  );
  await core.auxiliary.create(nic, { module: "nic", name: "late", id: 0 });
  await core.auxiliary.create(nic, { module: "nic", name: "bad", id: 0 });
}

test("the tree follows the bus, and can be filtered by text and by state", async () => {
  const { rig, ui } = await open("#/devices");
  await addTrouble(rig);
  await ui.row("nic.late.0").getByText("deferred").waitFor();
  await ui.row("nic.late.0").getByText("its clock is not there yet").waitFor();
  await ui.row("nic.bad.0").getByText("unbound").waitFor();
  await ui.button(/^deferred 1/).click();
  await ui.row("nic.bad.0").waitFor({ state: "detached" });
  // Its parent is shown, so that one sees where it is.
  await ui.row("nic0").waitFor();
  await ui.button(/^deferred 1/).click();
  await ui.page.getByLabel("Filter devices").fill("bad");
  await ui.row("nic.late.0").waitFor({ state: "detached" });
  await ui.row("nic.bad.0").waitFor();
  await rig.host.core.auxiliary.find("nic.bad.0")?.destroy();
  await ui.page.getByText("No device is like that.").waitFor();
});

test("the tree is moved in by keys alone", async () => {
  const { ui } = await open("#/devices");
  const { keyboard } = ui.page;
  await ui.row("nic.eth.0").waitFor();
  await ui.page.getByRole("tree").focus();
  await keyboard.press("ArrowDown");
  expect(await ui.page.getByRole("tree").getAttribute("aria-activedescendant")).toBe("device:/devices/nic0");
  await keyboard.press("ArrowLeft");
  await ui.row("nic.eth.0").waitFor({ state: "detached" });
  expect(await ui.row("nic0").getAttribute("aria-expanded")).toBe("false");
  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowRight");
  await keyboard.press("Enter");
  await ui.page.getByRole("heading", { name: "nic.eth.0" }).waitFor();
  expect(ui.page.url()).toContain(`#/device${ETH}`);
  // And back, to where one was.
  await ui.page.goBack();
  await expect.poll(() => ui.row("nic.eth.0").getAttribute("aria-selected")).toBe("true");
});

test("all views, the filter and the help are a key away; an action is, too", async () => {
  const { rig, ui } = await open("#/devices");
  const { keyboard } = ui.page;
  for (const [key, title] of [
    ["2", "Graph"],
    ["3", "Timeline"],
    ["4", "Modules"],
    ["5", "Log"],
    ["1", "Devices"],
  ] as const) {
    await keyboard.press(key);
    await ui.page.getByRole("heading", { level: 1, name: title }).waitFor();
  }
  await keyboard.press("?");
  await ui.page.getByRole("dialog").getByText("This help").waitFor();
  await keyboard.press("Escape");
  await ui.page.getByRole("dialog").waitFor({ state: "detached" });
  await keyboard.press("/");
  await keyboard.type("eth.0");
  expect(await ui.page.getByLabel("Filter devices").inputValue()).toBe("eth.0");
  await ui.goTo(`#/device${ETH}`);
  await ui.button("Unbind…").waitFor();
  for (let i = 0; i < 30; i++) {
    await keyboard.press("Tab");
    if ((await ui.page.evaluate("document.activeElement?.textContent")) === "Unbind…") break;
  }
  await keyboard.press("Enter");
  // What is dangerous is not what Enter does at first.
  await keyboard.press("Enter");
  await ui.page.getByRole("dialog").waitFor({ state: "detached" });
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await ui.says("Unbind: done");
  expect(rig.host.core.findDevice(ETH)?.driver).toBe(null);
});

test("the graph shows who is bound to whom and what depends on what, and leads to the devices", async () => {
  const { rig, ui } = await open("#/graph");
  const { core } = rig.host;
  const [nic, eth] = [core.findDevice("/devices/nic0"), core.findDevice(ETH)];
  if (nic == null || eth == null) throw new Error("where is it?");
  core.link(await core.auxiliary.create(nic, { module: "nic", name: "eth", id: 1 }), eth);
  const other = core.addRootDevice("elsewhere");
  await core.auxiliary.create(other, { module: "other", name: "eth", id: 0 });
  await ui.page.getByText("5 devices, 1 driver, 1 link").waitFor();
  expect(await ui.page.locator(".graph .edge").count()).toBe(2);
  expect(await ui.page.locator(".graph .link title").allTextContents()).toEqual([
    "nic.eth.1 depends on nic.eth.0: active",
  ]);
  await ui.page.getByLabel("nic.eth.0, bound, bound to eth.eth").click();
  // That of the device's page, and not the one of the menu, which is there before.
  await ui.page.getByRole("main").getByRole("link", { name: "Graph" }).click();
  await ui.page.getByText("3 devices, 1 driver, 1 link").waitFor();
  await ui.page.getByLabel("Only around nic.eth.0: show everything").click();
  await ui.page.getByText("5 devices, 1 driver, 1 link").waitFor();
});

test("the graph draws as many devices as can be looked through, and says how many it leaves out", async () => {
  const { rig, ui } = await open("#/graph");
  const nic = rig.host.core.addRootDevice("nic1");
  for (let id = 1; id < 500; id++) await rig.host.core.auxiliary.create(nic, { module: "nic", name: "eth", id });
  await ui.page.getByText("Left out: 302 devices").waitFor();
  expect(await ui.page.locator(".graph a").count()).toBe(200);
});

test("the timeline has a lane for each device, and lists what has happened on the chosen one", async () => {
  const { rig, ui } = await open("#/timeline");
  await addTrouble(rig);
  await ui.page.getByText("4 devices", { exact: true }).waitFor();
  await ui.page.getByLabel("Filter devices").fill("late");
  await ui.page.getByText("1 device", { exact: true }).waitFor();
  await ui.page.getByRole("application").focus();
  await ui.page.keyboard.press("ArrowDown");
  await ui.page.getByText(/nic\.late\.0: deferred from/).waitFor();
  await ui.page.getByRole("cell", { name: /EPROBE_DEFER.*its clock is not there yet/ }).waitFor();
  await ui.page.keyboard.press("Enter");
  await ui.page.getByRole("heading", { name: "nic.late.0" }).waitFor();
});

test("the timeline goes back through the journal as far as one wants", async () => {
  const rig = await consoleHost();
  await addNic(rig.host);
  const nic = rig.host.core.addRootDevice("nic1");
  // More than a page of the journal.
  for (let id = 1; id <= 800; id++) {
    const device = await rig.host.core.auxiliary.create(nic, { module: "nic", name: "eth", id });
    await device.destroy();
  }
  const ui = await openConsole(rig);
  await ui.goTo(`#/timeline${ETH}`);
  const asked: string[] = [];
  ui.page.on("request", (request) => asked.push(request.url()));
  await ui.page.getByRole("application").focus();
  for (let i = 0; i < 12; i++) await ui.page.keyboard.press("-");
  await ui.page.getByText(/the journal begins here/).waitFor();
  await ui.page.getByText("803 devices", { exact: true }).waitFor();
  expect(asked.filter((url) => url.includes("/v1/journal") && url.includes("before=")).length).toBeGreaterThan(1);
  await ui.page.getByRole("cell", { name: "add", exact: true }).waitFor();
});

test("the log is filtered by kind, level, device and text, goes on live, and back when it is scrolled", async () => {
  const { rig, ui } = await open("#/log");
  await addTrouble(rig);
  const { core } = rig.host;
  const items = ui.page.getByRole("listitem");
  await ui.button("probe").click();
  await items.filter({ hasText: "the link is dead" }).waitFor();
  expect(await items.filter({ hasText: "uevent" }).count()).toBe(0);
  await ui.page.getByLabel("Level").selectOption("warnings");
  await expect.poll(() => items.count()).toBe(1);
  await ui.page.getByLabel("Level").selectOption("any level");
  await ui.button("probe").click();
  await ui.page.getByLabel("Name or path of the device").fill("nic.late.0");
  await expect
    .poll(async () => (await items.allTextContents()).every((text) => text.includes("nic.late.0")))
    .toBe(true);
  await ui.page.getByLabel("Name or path of the device").fill("");
  await ui.page.getByLabel("Text in the entry").fill("a message to find");
  await ui.page.getByText("Nothing like that has happened.").waitFor();
  core.log.warn("a message to find");
  await items.filter({ hasText: "a message to find" }).waitFor();
  await ui.page.getByLabel("Text in the entry").fill("");
  const nic = core.addRootDevice("nic1");
  for (let id = 1; id <= 700; id++) await core.auxiliary.create(nic, { module: "x", name: "y", id });
  await ui.page.reload();
  await ui.live();
  const list = ui.page.getByRole("list", { name: "Journal" });
  await list.getByRole("listitem").first().waitFor();
  for (let i = 0; i < 40; i++) {
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    if ((await items.filter({ hasText: "host start" }).count()) > 0) break;
    await ui.page.waitForTimeout(50);
  }
  await items.filter({ hasText: "host start" }).waitFor();
});

test("what one looks at in the log stays where it is while new entries come", async () => {
  const { rig, ui } = await open("#/log");
  const { core } = rig.host;
  for (let i = 0; i < 200; i++) core.log.info(`message ${i}.`);
  const list = ui.page.getByRole("list", { name: "Journal" });
  await ui.page.getByText("message 199.").waitFor();
  await list.evaluate((element) => element.scrollTo(0, 1300));
  const seen = ui.page.getByText("message 149.");
  await seen.waitFor();
  const before = await seen.boundingBox();
  for (let i = 200; i < 300; i++) core.log.info(`message ${i}.`);
  await ui.page.waitForTimeout(500);
  expect((await seen.boundingBox())?.y).toBe(before?.y);
});

test("the page of a device that has gone says what is known of it", async () => {
  // It may ask why the device is as it is at the moment when it goes.
  const { rig, ui } = await open(`#/device${ETH}`, /404/);
  await ui.button("Unbind…").waitFor();
  await rig.host.core.auxiliary.find("nic.eth.0")?.destroy();
  await ui.page.getByText(/It is not there any more/).waitFor();
  await ui.page.getByRole("listitem").filter({ hasText: "remove" }).first().waitFor();
  await ui.goTo("#/device/devices/never%zz");
  await ui.page.getByText("It is not there.").waitFor();
  await ui.goTo("#/nowhere");
  await ui.page.getByText("There is no page here.").waitFor();
});
