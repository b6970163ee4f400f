import { BusError } from "auxbus";
import { expect, test } from "vitest";
import { addNic, ETH, type HostRig } from "../host/rig.ts";
import { consoleHost, type ConsolePage, openConsole, useBrowser } from "./rig.ts";

useBrowser();

const REFUSALS = /status of 4/;

async function open(): Promise<{ readonly rig: HostRig; readonly ui: ConsolePage }> {
  const rig = await consoleHost();
  await addNic(rig.host);
  const ui = await openConsole(rig, { allow: REFUSALS });
  await ui.goTo(`#/device${ETH}`);
  return { rig, ui };
}

const driverOf = ({ host }: HostRig): string | undefined => host.core.findDevice(ETH)?.driver?.name;

test("unbind asks first and says what is lost; then the device can be bound and rescanned", async () => {
  const { rig, ui } = await open();
  await ui.button("Unbind…").click();
  await ui.page.getByRole("dialog").getByText("nic.eth.0 loses eth.eth.").waitFor();
  await ui.button("Cancel").click();
  expect(driverOf(rig)).toBe("eth.eth");

  await ui.button("Unbind…").click();
  await ui.agree("Unbind", "nic.eth.0 loses eth.eth.");
  await ui.says("Unbind: done");
  expect(driverOf(rig)).toBeUndefined();
  await ui.page.locator(".title").getByText("unbound").waitFor();

  await ui.button("Bind").click();
  await ui.says("Bind eth.eth: done");
  expect(driverOf(rig)).toBe("eth.eth");
  await ui.page.locator(".title").getByText("bound", { exact: true }).waitFor();

  await rig.host.core.auxiliary.unbind("eth.eth", "nic.eth.0");
  await ui.button("Rescan").click();
  await ui.says("Rescan: done");
  expect(driverOf(rig)).toBe("eth.eth");
  // What was done stands in the journal, with who did it.
  await ui.page.getByText(/unbind .*http operator: console/).waitFor();
});

test("rebind goes through remove and probe", async () => {
  const { rig, ui } = await open();
  const actions: string[] = [];
  rig.host.core.uevents.subscribe(({ action }) => actions.push(action));
  await ui.button("Rebind…").click();
  await ui.agree("Rebind", "nic.eth.0 loses eth.eth.");
  await ui.says("Rebind: done");
  expect(actions).toEqual(["unbind", "bind"]);
});

test("before something is interrupted, children and consumers are named", async () => {
  const { rig, ui } = await open();
  const { core } = rig.host;
  const eth = core.findDevice(ETH);
  const nic = core.findDevice("/devices/nic0");
  if (eth == null || nic == null) throw new Error("where is it?");
  await core.auxiliary.create(eth, { module: "nic", name: "eth", id: 1 });
  core.link(await core.auxiliary.create(nic, { module: "nic", name: "eth", id: 2 }), eth);
  // The page has heard of both.
  await ui.page.locator("article").getByText("nic.eth.1", { exact: true }).first().waitFor();
  await ui.page.locator("article").getByText("nic.eth.2").first().waitFor();
  await ui.button("Unbind…").click();
  const dialog = ui.page.getByRole("dialog");
  await dialog.getByText("Bound below it: nic.eth.1.").waitFor();
  await dialog.getByText("What depends on it is unbound first: nic.eth.2.").waitFor();
  await ui.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(driverOf(rig)).toBe("eth.eth");
  // The focus is where it was.
  expect(await ui.page.evaluate("document.activeElement?.textContent")).toBe("Unbind…");
});

test("park and unpark", async () => {
  const { rig, ui } = await open();
  await ui.button("Park…").click();
  await ui.agree("Park", /No driver may have it/);
  await ui.says("Park: done");
  expect(driverOf(rig)).toBeUndefined();
  await ui.page.getByText("from the console,").waitFor();
  expect(await ui.button("Rescan").isDisabled()).toBe(true);
  await ui.goTo("#/modules");
  await ui.button("Unpark nic.eth.0").click();
  await ui.says("Unpark: done");
  expect(driverOf(rig)).toBe("eth.eth");
});

test("an override lets only one driver bind", async () => {
  const { rig, ui } = await open();
  await ui.page.getByLabel("Only this driver").selectOption("eth.eth");
  await ui.button("Override").click();
  await ui.says("Override: done");
  expect(rig.host.core.auxiliary.find("nic.eth.0")?.driverOverride).toBe("eth.eth");
  await ui.page.getByLabel("Only this driver").selectOption("");
  await ui.button("Override").click();
  await expect.poll(() => rig.host.core.auxiliary.find("nic.eth.0")?.driverOverride).toBe(null);
});

test("files are shown with their folders, and written", async () => {
  const { rig, ui } = await open();
  await ui.page.getByText("power/").waitFor();
  await ui.button("Write control").click();
  await ui.page.getByLabel("New value of control").fill("on");
  await ui.page.keyboard.press("Enter");
  await ui.says("Write control: done");
  expect(rig.host.core.sysfs.read(`${ETH.slice(1)}/power/control`)).toBe("on\n");
});

test("what is refused is shown with its code, and what was typed stays", async () => {
  const { ui } = await open();
  await ui.button("Write control").click();
  await ui.page.getByLabel("New value of control").fill("perhaps");
  await ui.page.keyboard.press("Enter");
  await ui.says("(EINVAL)");
  expect(await ui.page.getByLabel("New value of control").inputValue()).toBe("perhaps");
});

test("why a driver does not bind is told on the page", async () => {
  const { rig, ui } = await open();
  const { core } = rig.host;
  const nic = core.findDevice("/devices/nic0");
  if (nic == null) throw new Error("where is it?");
  await core.auxiliary.register(
    {
      name: "bad",
      idTable: [{ name: "nic.bad" }],
      probe() {
        throw new BusError("EIO", "the link is dead");
      },
    },
    { module: "bad" },
  );
  await core.auxiliary.create(nic, { module: "nic", name: "bad", id: 0 });
  await ui.goTo("#/device/devices/nic0/nic.bad.0");
  await ui.page.getByRole("row", { name: /bad\.bad failed \(EIO\)/ }).waitFor();
  await ui.button("Bind").click();
  await ui.says(/the link is dead \(EIO\)/);
  await ui.page.getByRole("img", { name: /without success/ }).waitFor();
});
