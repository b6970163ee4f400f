// How smooth the console is with many devices: node scripts/console/measure.js [DEVICES] (after a build).
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { folder } from "@auxbus/console";
import { Host, parseConfig } from "@auxbus/host";
import { ModuleIndex } from "@auxbus/modules";
import { chromium } from "playwright-core";

const COUNT = Number(process.argv[2] ?? 10_000);

const host = await Host.start({
  config: parseConfig({ name: "many", listen: { http: { port: 0 } } }),
  state: null,
  socket: null,
  consoleFolder: folder,
  depmod: () => ModuleIndex.depmod([]),
});
const { auxiliary } = host.core;
await auxiliary.register({ name: "eth", idTable: [{ name: "nic.eth" }], probe() {} }, { module: "eth" });
const cards = Array.from({ length: COUNT / 100 }, (_, i) => host.core.addRootDevice(`nic${i}`));
for (let id = 0; id < COUNT - cards.length; id++)
  await auxiliary.create(cards[id % cards.length], { module: "nic", name: "eth", id });

/** Devices are unbound and bound again, so many a second, until it is stopped. */
function churn(perSecond) {
  let goesOn = true;
  const done = (async () => {
    for (let id = 0; goesOn; id = (id + 7) % 5000) {
      const name = `nic.eth.${id}`;
      await auxiliary.unbind("eth.eth", name);
      await auxiliary.bind("eth.eth", name);
      await delay(2000 / perSecond - 1);
    }
  })();
  return () => {
    goesOn = false;
    return done;
  };
}

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
const row = (name, value) => console.log(`| ${name} | ${value} |`);
const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const kb = (bytes) => `${Math.round(bytes / 1024)} KB`;

/** Milliseconds between frames while `move` is called before each. */
const frames = (move, count = 120) =>
  // As text: the page's policy lets nothing be evaluated from within.
  page.evaluate(`(async () => {
    const times = [];
    let last = await new Promise(requestAnimationFrame);
    for (let i = 0; i < ${count}; i++) {
      ${move};
      const now = await new Promise(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    return times.sort((a, b) => a - b);
  })()`);

async function smooth(name, move) {
  const still = await frames(move);
  const stop = churn(500);
  await delay(500);
  const [before, start] = [host.core.uevents.seqnum, performance.now()];
  const busy = await frames(move);
  const rate = Math.round(((host.core.uevents.seqnum - before) / (performance.now() - start)) * 1000);
  await stop();
  const told = (times) =>
    `${ms(times[Math.floor(times.length / 2)])}, 95 %: ${ms(times[Math.floor(times.length * 0.95)])}, worst ${ms(times.at(-1))}`;
  row(`frame, ${name}`, told(still));
  row(`frame, ${name}, ${rate} changes a second`, told(busy));
}

try {
  console.log(`${COUNT} devices\n\n| | |\n|---|---|`);
  const assets = readdirSync(join(folder, "assets")).filter((file) => !file.endsWith(".map"));
  for (const file of assets) {
    const bytes = readFileSync(join(folder, "assets", file));
    const packed = `${kb(gzipSync(bytes).length)} with gzip, ${kb(brotliCompressSync(bytes).length)} with brotli`;
    row(file.replace(/-.*\./, "."), `${kb(bytes.length)}, ${packed}`);
  }
  await page.goto(`${host.url}/#token=${host.tokens.operator}`);
  await page.getByText(`${COUNT.toLocaleString("en")} devices`).waitFor();
  const times = await page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    tree: performance.now(),
    snapshot: performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/v1/snapshot")),
  }));
  row("first paint", ms(times.paint));
  row("tree with all devices", ms(times.tree));
  row("the snapshot, of that", `${ms(times.snapshot.duration)}, ${kb(times.snapshot.decodedBodySize)}`);

  await page.getByLabel("Filter devices").fill("nic.eth.1234");
  const state = page.getByRole("treeitem").filter({ hasText: "nic.eth.1234" }).locator(".state");
  await state.waitFor();
  const latencies = [];
  for (let i = 0; i < 20; i++) {
    const bound = i % 2 === 1;
    const seen = page.waitForFunction(
      (text) =>
        document.querySelector("#device\\:\\/devices\\/nic34\\/nic\\.eth\\.1234 .state")?.textContent.includes(text),
      bound ? "Bbound" : "Uunbound",
      { polling: "raf" },
    );
    const start = performance.now();
    await (bound ? auxiliary.bind("eth.eth", "nic.eth.1234") : auxiliary.unbind("eth.eth", "nic.eth.1234"));
    await seen;
    latencies.push(performance.now() - start);
  }
  latencies.sort((a, b) => a - b);
  row("from a change to the page", `${ms(latencies[10])} (median of 20; 100 ms of it to gather changes)`);
  await page.getByLabel("Filter devices").fill("");
  await page.getByText("nic0", { exact: true }).waitFor();

  await smooth("scrolling the tree", 'document.querySelector("[role=tree]").scrollTop += 300');
  await page.evaluate(() => (location.hash = "#/log"));
  await page.getByRole("listitem").first().waitFor();
  await smooth("scrolling the log", 'document.querySelector("[role=list]").scrollTop += 60');
  await page.evaluate(() => (location.hash = "#/timeline"));
  await delay(3000);
  await smooth("scrolling the timeline", 'document.querySelector(".lanes").scrollTop += 100');
  await page.evaluate(() => (location.hash = "#/graph"));
  await delay(1000);
  await smooth("looking at the graph", "");
  const session = await context.newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  row("memory of the page's objects", `${Math.round(usedSize / 1e6)} MB`);
} finally {
  await browser.close();
  await host.stop();
}
