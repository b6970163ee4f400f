import { join } from "node:path";
import { folder } from "@auxbus/console";
import { ViewHost } from "@auxbus/host";
import { openSnapshot, writeSnapshot } from "@auxbus/snapshot";
import type { DriverCore } from "auxbus";
import { expect, onTestFinished, test } from "vitest";
import { runProgram } from "../../packages/auxctl/src/program.ts";
import { FakeIo } from "../fake-io.ts";
import { makeBus, NIC, snapshotOf } from "../snapshot/world.ts";
import { tempFolder } from "../temp-folder.ts";
import { openAt, useBrowser } from "./rig.ts";
import { violations } from "./violations.ts";

useBrowser();

async function snapshotFile(): Promise<string> {
  const file = join(tempFolder(), "case.json.gz");
  await writeSnapshot(await snapshotOf((await makeBus()).view()), file);
  return file;
}

/** The console over the buses of this process. */
async function liveConsole(): Promise<{ readonly core: DriverCore; readonly url: string }> {
  const core = await makeBus();
  const failures: Error[] = [];
  const host = await ViewHost.start({
    view: core.view(),
    name: "the bus",
    about: "of this test",
    live: true,
    consoleFolder: folder,
    failed: (error) => failures.push(error),
  });
  onTestFinished(async () => {
    await host.stop();
    expect(failures).toEqual([]);
  });
  return { core, url: host.url };
}

test("auxctl console shows a snapshot, and hides what is not there", async () => {
  const file = await snapshotFile();
  const io = new FakeIo({ cwd: join(file, "..") });
  const printed = io.wrote("#token=");
  const ended = runProgram(["console", "--file", "case.json.gz"], io);
  await printed;
  const { page, ui } = await openAt(io.stdout.trim());
  await ui.live();
  await page.getByText(/^Read-only view of case\.json\.gz: taken \d{4}-.* of a host on db17\.example\.com$/).waitFor();
  expect(await page.getByRole("navigation", { name: "Views" }).getByRole("link").allTextContents()).toEqual([
    "Devices",
    "Graph",
  ]);
  await ui.row("nic.eth.0").getByText("bound").waitFor();
  await ui.row("nic.rdma.0").getByText("waiting for firmware").waitFor();
  expect(await violations(ui)).toEqual([]);
  await ui.goTo(`#/device${NIC}`);
  await page.getByText("0x15b3").waitFor();
  await page.getByText("the firmware does not answer").waitFor();
  await ui.goTo(`#/device${NIC}/nic.vdpa.0`);
  await page.getByText("no registered driver matches auxiliary:nic.vdpa").first().waitFor();
  expect(await page.getByRole("group", { name: /Actions/ }).count()).toBe(0);
  expect(await page.getByText("What has happened").count()).toBe(0);
  await ui.goTo("#/modules");
  await page.getByText("There is no page here.").waitFor();
  await page.locator(".menu summary").click();
  await page.getByText("This is a snapshot: nothing can be changed.").waitFor();
  expect(await ui.button("Shut down…").count()).toBe(0);
  io.interrupt("SIGINT");
  expect(await ended).toBe(0);
  expect(io.held).toBe(0);
});

test("the console follows any view, and steers through it", async () => {
  const { core, url } = await liveConsole();
  const { page, ui } = await openAt(url);
  await ui.live();
  await page.getByText("View of the bus: of this test").waitFor();
  await ui.row("nic.eth.0").getByText("bound").waitFor();
  await core.auxiliary.find("nic.vdpa.0")?.destroy();
  await ui.row("nic.vdpa.0").waitFor({ state: "detached" });
  await ui.goTo(`#/device${NIC}/nic.eth.0`);
  await ui.button("Unbind…").click();
  await ui.agree("Unbind", /loses eth_drv\.eth/);
  await ui.says("Unbind: done");
  expect(core.auxiliary.find("nic.eth.0")?.driver).toBeNull();
  expect(await ui.button("Park…").count()).toBe(0);
  await ui.goTo("#/log");
  await page
    .getByText(/^unbind bus=auxiliary/)
    .first()
    .waitFor();
});

test("a snapshot lets nobody in without its token, and changes nothing", async () => {
  const view = await openSnapshot(await snapshotFile());
  const host = await ViewHost.start({
    view,
    name: "x",
    about: "y",
    consoleFolder: folder,
    failed: (error) => expect.unreachable(error.message),
  });
  onTestFinished(() => host.stop());
  const { origin, hash } = new URL(host.url);
  const ask = (path: string, init: RequestInit = {}) => fetch(`${origin}${path}`, init).then(({ status }) => status);
  const authorization = `Bearer ${hash.replace("#token=", "")}`;
  expect(await ask("/v1/snapshot")).toBe(401);
  expect(await ask("/v1/snapshot", { headers: { authorization } })).toBe(200);
  expect(await ask("/v1/snapshot", { headers: { authorization, origin: "http://evil.example" } })).toBe(403);
  expect(await ask("/v1/modules", { headers: { authorization } })).toBe(404);
  const body = JSON.stringify({ bus: "auxiliary", driver: "eth_drv.eth", device: "nic.eth.0" });
  const headers = { authorization, "content-type": "application/json" };
  expect(await ask("/v1/unbind", { method: "POST", headers, body })).toBe(403);
});
