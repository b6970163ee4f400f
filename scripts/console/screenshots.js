// Makes the pictures of docs/console.md from a real host: node scripts/console/screenshots.js (after a build).
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { folder } from "@auxbus/console";
import { Host, parseConfig } from "@auxbus/host";
import { HostClient, fetchTransport } from "@auxbus/host/client";
import { ModuleIndex } from "@auxbus/modules";
import { chromium } from "playwright-core";

const root = join(import.meta.dirname, "../..");
const host = await Host.start({
  config: parseConfig({
    name: "lab",
    modules: ["snd_sof", "sim_nics"],
    options: { snd_sof_probes: { enable: true }, sim_tgl_machine: { life: 1500 } },
    isolation: { snd_sof_ipc_flood_test: "worker" },
    listen: { http: { port: 0 } },
  }),
  state: null,
  socket: null,
  consoleFolder: folder,
  depmod: () => ModuleIndex.depmod([root]),
});
const url = host.url ?? "";
const client = new HostClient(fetchTransport(url, host.tokens.operator), "screenshots");
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
});
try {
  await host.ready();
  // Something to look at.
  const slice = "/devices/pci0000:08/0000:08:00.1/mlx5_core.eth.1";
  await delay(3000);
  for (let i = 0; i < 5; i++)
    await client.post("/v1/rebind", { body: { bus: "auxiliary", device: "mlx5_core.rdma.0" } });
  await client.post("/v1/park", { body: { device: slice, reason: "bad cable" } });
  await client.put("/v1/override", { body: { bus: "auxiliary", device: "ice.roce.0", driver: "other.roce" } });
  await client.post("/v1/unbind", { body: { bus: "auxiliary", driver: "irdma.gen_2", device: "ice.roce.0" } });
  await delay(4000);

  const pictures = /** @type {const} */ ([
    ["devices", "devices", "light", 1280],
    ["graph", "graph", "light", 1280],
    ["timeline", "timeline", "dark", 1280],
    ["device/devices/pci0000:08/0000:08:00.0/mlx5_core.rdma.0", "device", "light", 1280],
    ["modules", "modules", "light", 1280],
    ["log", "log", "dark", 1280],
    ["devices", "phone", "dark", 390],
  ]);
  for (const [place, name, colorScheme, width] of pictures) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: width < 500 ? 780 : 760 } });
    const page = await context.newPage();
    await page.goto(`${url}/#token=${host.tokens.operator}`);
    await page.waitForSelector("[role=treeitem]");
    await page.goto(`${url}/#/${place}`);
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(root, "docs/console", `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  await host.stop();
}
