import { expect, test } from "vitest";
import { addNic, HostRig } from "../host/rig.ts";
import { tempFolder } from "../temp-folder.ts";
import { consoleHost, openAt, openConsole, useBrowser } from "./rig.ts";

useBrowser();

/** What the browser says of requests that are refused, or that nobody answers. */
const FAILURES = /status of 4|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load resource/;

test("without a token, the page asks for one; a wrong one is refused; the right one opens the host", async () => {
  const rig = await consoleHost();
  await addNic(rig.host);
  const { page, ui } = await openAt(`${rig.url}/`, { allow: FAILURES });
  const token = page.getByLabel("Token of this host");
  await token.fill("not-a-token-of-this-host");
  await ui.button("Open").click();
  await page
    .getByRole("alert")
    .getByText(/show a token of this host/)
    .waitFor();
  await token.fill(rig.host.tokens.reader);
  await page.keyboard.press("Enter");
  await ui.live();
  await ui.row("nic.eth.0").waitFor();
});

test("the token of the address does not stay there, and lasts as long as the tab", async () => {
  const rig = await consoleHost();
  const ui = await openConsole(rig);
  expect(ui.page.url()).toBe(`${rig.url}/#/devices`);
  await ui.page.reload();
  await ui.live();
  expect(await ui.page.evaluate("localStorage.length + document.cookie.length")).toBe(0);
});

test("a wrong token in the address is refused, too", async () => {
  const rig = await consoleHost();
  const { page } = await openAt(`${rig.url}/#token=wrong`, { allow: FAILURES });
  await page.getByRole("alert").waitFor();
  expect(page.url()).not.toContain("wrong");
});

test("a reader sees everything and can change nothing, and is told why", async () => {
  const rig = await consoleHost();
  await addNic(rig.host);
  const { ui, page } = await openAt(`${rig.url}/#token=${rig.host.tokens.reader}`);
  await ui.live();
  await ui.row("nic.eth.0").getByRole("link").click();
  await page.locator(".actions").getByText("This token may only read.").waitFor();
  for (const name of ["Unbind…", "Rebind…", "Park…", "Override"]) expect(await ui.button(name).isDisabled()).toBe(true);
  expect(await page.getByRole("button", { name: /^Write/ }).count()).toBe(0);
  await page.locator(".menu summary").click();
  for (const name of ["Suspend…", "Shut down…"]) expect(await ui.button(name).isDisabled()).toBe(true);
});

test("a host that restarts on its port: the page says that it is gone, comes back by itself and catches up", async () => {
  const state = tempFolder();
  const first = await consoleHost({ state });
  await addNic(first.host);
  const ui = await openConsole(first, { allow: FAILURES });
  await ui.row("nic.eth.0").waitFor();
  const port = Number(new URL(first.url).port);
  await first.host.stop();
  await ui.page.getByText(/The connection to the host is lost/).waitFor();
  await ui.page.getByText(/next attempt in/).waitFor();

  const second = await HostRig.start({
    ...(await optionsOf()),
    state,
    config: { listen: { http: { port } } },
  });
  const nic = second.host.core.addRootDevice("nic1");
  await second.host.core.auxiliary.create(nic, { module: "other", name: "eth", id: 7 });
  await ui
    .button("Try again now")
    .click({ timeout: 2000 })
    .catch(() => undefined);
  await ui.live();
  await ui.row("other.eth.7").waitFor();
  expect(await ui.row("nic.eth.0").count()).toBe(0);
  // The journal goes on where it was: what happened before the restart is still there.
  await ui.goTo("#/log");
  await ui.page
    .getByText(/host start/)
    .first()
    .waitFor();
  await ui.page
    .getByText(/host stop/)
    .first()
    .waitFor();
  await ui.page.getByRole("link", { name: "nic.eth.0" }).first().waitFor();
});

test("a host that has begun a new journal: nothing of the old one is mixed into it", async () => {
  const first = await consoleHost();
  const { core } = first.host;
  const nic = core.addRootDevice("old0");
  const { page, ui } = await openAt(`${first.url}/#token=${first.host.tokens.operator}`, { allow: FAILURES });
  await ui.live();
  await ui.goTo("#/log");
  for (let id = 0; id < 5; id++) await core.auxiliary.create(nic, { module: "old", name: "eth", id });
  await page.getByRole("link", { name: "old.eth.4" }).first().waitFor();
  const port = Number(new URL(first.url).port);
  await first.host.stop();
  // In memory: other tokens, too.
  const second = await HostRig.start({ ...(await optionsOf()), config: { listen: { http: { port } } } });
  const other = second.host.core.addRootDevice("new0");
  for (let id = 0; id < 50; id++) await second.host.core.auxiliary.create(other, { module: "new", name: "eth", id });
  await page.getByLabel("Token of this host").fill(second.host.tokens.operator);
  await ui.button("Open").click();
  await ui.live();
  await ui.goTo("#/log");
  await page.getByRole("link", { name: "new.eth.49" }).first().waitFor();
  expect(await page.getByRole("link", { name: "old.eth.4" }).count()).toBe(0);
});

test("changes appear by themselves, and what happens in a burst is caught up with", async () => {
  const rig = await consoleHost();
  const { core } = rig.host;
  const ui = await openConsole(rig);
  await ui.page.getByText("There are no devices.").waitFor();
  const nic = core.addRootDevice("nic0");
  const slices = [];
  for (let id = 0; id < 3000; id++) slices.push(await core.auxiliary.create(nic, { module: "nic", name: "eth", id }));
  await ui.page.getByText("3,001 devices").waitFor();
  await core.auxiliary.register({ name: "eth", idTable: [{ name: "nic.eth" }], probe() {} }, { module: "eth" });
  await ui.page.getByRole("button", { name: "bound 3,000" }).waitFor();
  for (const slice of slices.slice(1)) await slice.destroy();
  await ui.page.getByText(/^2 devices/).waitFor();
  await ui.row("nic.eth.0").getByText("eth.eth").waitFor();
});

/** As `consoleHost` has them. */
async function optionsOf(): Promise<{ readonly consoleFolder: string }> {
  const { folder } = await import("@auxbus/console");
  return { consoleFolder: folder };
}
