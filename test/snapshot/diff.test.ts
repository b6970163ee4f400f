import { diffSnapshots } from "@auxbus/snapshot";
import type { DriverCore } from "auxbus";
import { describe, expect, test } from "vitest";
import { makeBus, NIC, snapshotOf } from "./world.ts";

async function differenceOf(change: (core: DriverCore) => Promise<void>, all = false) {
  const core = await makeBus();
  const before = await snapshotOf(core.view());
  await change(core);
  return diffSnapshots(before, await snapshotOf(core.view()), { all });
}

test("what has not changed is equal", async () => {
  expect(await differenceOf(async () => {})).toMatchObject({ equal: true, attributes: [] });
});

test("a device that has lost its driver says so, once", async () => {
  const found = await differenceOf(async (core) => {
    await core.view().unbind("auxiliary", "eth_drv.eth", "nic.eth.0");
  });
  expect(found).toMatchObject({ equal: false, devices: { added: [], removed: [] }, attributes: [] });
  const [changed, ...others] = found.devices.changed;
  expect(others).toEqual([]);
  expect(changed?.changes).toEqual([
    { what: "driver", before: "eth_drv.eth", after: null },
    { what: "module", before: "eth_drv", after: null },
    { what: "state", before: "bound", after: "unbound" },
    { what: "why", before: null, after: expect.stringContaining("unbound") },
  ]);
});

test("devices, drivers, buses and links that come and go are told, without all that is below them", async () => {
  const found = await differenceOf(async (core) => {
    await core.auxiliary.find("nic.vdpa.0")?.destroy();
    const nic = core.findDevice(NIC);
    const more = await core.auxiliary.create(nic ?? expect.unreachable(), { module: "nic", name: "eth", id: 7 });
    core.link(more, core.auxiliary.find("nic.eth.0") ?? expect.unreachable());
    await core.auxiliary.findDriver("rdma_drv.rdma")?.unregister();
    core.auxiliary.autoprobe = false;
  });
  expect(found.devices.added.map(({ name }) => name)).toEqual(["nic.eth.7"]);
  expect(found.devices.removed.map(({ name }) => name)).toEqual(["nic.vdpa.0"]);
  expect(found.drivers.removed.map(({ name }) => name)).toEqual(["rdma_drv.rdma"]);
  expect(found.links.added).toEqual([
    { consumer: `${NIC}/nic.eth.7`, supplier: `${NIC}/nic.eth.0`, state: expect.any(String) },
  ]);
  expect(found.buses.changed[0]?.changes).toEqual([{ what: "autoprobe", before: "true", after: "false" }]);
  expect(found.attributes).toEqual([]);
});

test("values of attributes are compared; what changes by itself only when asked for", async () => {
  const change = async (core: DriverCore): Promise<void> => {
    const nic = core.findDevice(NIC) ?? expect.unreachable();
    nic.addAttribute("mode", { show: () => "switchdev\n" });
    nic.runtimePm.getNoResume();
  };
  const path = NIC.slice(1);
  expect((await differenceOf(change)).attributes).toEqual([
    { what: `${path}/mode`, before: null, after: "switchdev\n" },
  ]);
  expect((await differenceOf(change, true)).attributes).toContainEqual({
    what: `${path}/power/runtime_usage`,
    before: "0\n",
    after: "1\n",
  });
});

test("a device that goes to sleep has not changed", async () => {
  const sleep = async (core: DriverCore): Promise<void> => {
    const { runtimePm } = core.findDevice(NIC) ?? expect.unreachable();
    runtimePm.enable();
  };
  expect((await differenceOf(sleep)).devices.changed).toEqual([]);
  const [changed] = (await differenceOf(sleep, true)).devices.changed;
  expect(changed?.changes).toEqual([{ what: "runtime status", before: "unsupported", after: "suspended" }]);
});

describe("of an idle Linux", () => {
  async function changeOf(name: string, all = false): Promise<readonly string[]> {
    const file = await snapshotOf((await makeBus()).view());
    const [folder, base] = [`${NIC.slice(1)}/${name}`.replace(/\/[^/]*$/, ""), name.replace(/.*\//, "")];
    const [before, after] = ["1\n", "2\n"].map((value) => ({
      ...file,
      sysfs: { ...file.sysfs, [folder]: { [base]: value } },
    }));
    const found = diffSnapshots(before ?? expect.unreachable(), after ?? expect.unreachable(), { all });
    return found.attributes.map(({ what }) => what);
  }

  test.each([
    ...["rtc/rtc0/since_epoch", "rtc/rtc0/time", "rtc/rtc0/date", "block/sda/stat", "block/sda/sda1/inflight"],
    ...["urbnum", "wakeup/wakeup3/active_count", "wakeup/wakeup3/last_change_ms", "wakeup/wakeup3/total_time_ms"],
    ...["power_supply/BAT0/energy_now", "power_supply/BAT0/voltage_now", "power_supply/BAT0/capacity"],
    ...["iorequest_cnt", "iodone_cnt", "cpufreq/scaling_cur_freq", "policy0/scaling_cur_freq", "cpuidle/state1/usage"],
    ...["thermal_zone0/temp", "hwmon/hwmon2/temp1_input", "power/runtime_active_time", "power/runtime_status"],
    ...[
      "node/node0/meminfo",
      "net/eth0/statistics/rx_bytes",
      "power_state",
      "power/active_duration",
      "tgid0/busy_time",
    ],
  ])("%s changes by itself", async (name) => {
    expect(await changeOf(name)).toEqual([]);
    expect(await changeOf(name, true)).toEqual([`${NIC.slice(1)}/${name}`]);
  });

  test.each([
    "power/control",
    "power/wakeup",
    "net/eth0/mtu",
    "power_supply/AC/online",
    "block/sda/ro",
    "rtc/rtc0/name",
  ])("%s does not", async (name) => {
    expect(await changeOf(name)).toEqual([`${NIC.slice(1)}/${name}`]);
  });
});
