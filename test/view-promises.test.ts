// All views of buses keep the same promises, whatever is behind them.
import { ViewHost } from "@auxbus/host";
import { fetchTransport, HostClient, RemoteView } from "@auxbus/host/client";
import { folder } from "@auxbus/console";
import { LinuxView } from "@auxbus/linux";
import { SnapshotView } from "@auxbus/snapshot";
import { checkView, VIEW_PROMISES } from "@auxbus/testing";
import type { BusView, DeviceSnapshot } from "auxbus";
import { expect, onTestFinished, test } from "vitest";
import { HostRig } from "./host/rig.ts";
import { mlx5 } from "./linux/cards.ts";
import { makeBus, snapshotOf } from "./snapshot/world.ts";

/** The same through the API that the console uses. */
async function served(view: BusView, live: boolean): Promise<BusView> {
  const failed = (error: Error): void => expect.unreachable(error.message);
  const host = await ViewHost.start({ view, name: "x", about: "", live, consoleFolder: folder, failed });
  onTestFinished(() => host.stop());
  const { origin, hash } = new URL(host.url);
  return new RemoteView(new HostClient(fetchTransport(origin, hash.replace("#token=", ""))));
}

const VIEWS: Readonly<Record<string, () => Promise<BusView>>> = {
  "the bus of this process": async () => (await makeBus()).view(),
  "a remote host": async () => {
    const { host, client } = await HostRig.start();
    await makeBus(host.core);
    return new RemoteView(client);
  },
  "a snapshot": async () => new SnapshotView(await snapshotOf((await makeBus()).view()), "a.json"),
  "a running Linux": async () => new LinuxView({ root: mlx5().root }),
  "a view that is served": async () => served((await makeBus()).view(), true),
  "a snapshot that is served": async () =>
    served(new SnapshotView(await snapshotOf((await makeBus()).view()), "a.json"), false),
};

for (const [of, make] of Object.entries(VIEWS)) {
  test.each(VIEW_PROMISES)(`${of}: $name`, async ({ check }) => {
    await check(await make());
  });
}

test("what a view does not keep is told", async () => {
  const good = (await makeBus()).view();
  const reversed: BusView = {
    snapshot: async (parts) => {
      const snapshot = await good.snapshot(parts);
      const devices = snapshot.devices.map((device): DeviceSnapshot => ({ ...device, driver: null })).toReversed();
      return { ...snapshot, devices };
    },
    uevents: async function* () {
      // It ends by itself, and says nothing before.
    },
    list: (path) => good.list(path),
    read: async () => "always the same",
    write: async () => {},
    bind: async () => {},
    unbind: async () => {},
    rescan: async () => {},
    override: async () => {},
    explain: (path) => good.explain(path),
  };
  const broken = await checkView(reversed);
  expect(broken.map(({ name }) => name)).toEqual([
    "parents come before their children, each device once",
    "devices, drivers and buses say the same of each other",
    "what is explained of a device is what the lists say",
    "folders of devices have links to their bus and driver",
    "what is readable can be read, or says why not; what is not is refused",
    "a path that is not there is refused with ENOENT, and named",
    "a folder is no file, and a file no folder",
    "no path leads out of /sys",
    "what is not there cannot be changed",
    "uevents say when they are listened to, and end when they are told to",
  ]);
  expect(broken[0]?.why).toMatch(/comes before its parent \/devices\/0000:03:00\.0$/);
  expect(await checkView(good)).toEqual([]);
});
