import { LinuxView } from "@auxbus/linux";
import { mask, parseSnapshot, SnapshotView, textOf } from "@auxbus/snapshot";
import { describe, expect, test } from "vitest";
import { Machine } from "../linux/machine.ts";
import { snapshotOf } from "./world.ts";

/** The files of one device, as they were, masked. */
async function masked(files: Readonly<Record<string, string>>, modalias = "platform:x") {
  const machine = new Machine().device("platform").device("platform/x", { bus: "platform", modalias, files });
  const { file } = mask(await snapshotOf(new LinuxView({ root: machine.root, buses: ["platform"] })));
  const text = [...textOf(file)].join("");
  const view = new SnapshotView(parseSnapshot(text, "masked.json"), "masked.json");
  return { text, read: async (name: string) => (await view.read(`devices/platform/x/${name}`)).trimEnd() };
}

describe("identities are masked:", () => {
  test.each([
    ["an SD card", "cid", "03534453433634478012ab34cd015a00", /^e[\da-f]{31}$/],
    ["an SD card", "serial", "0x12ab34cd", /^0xe[\da-f]{7}$/],
    ["a WWN that begins with 0", "port_name", "0x0c42a1005b7e1000", /^0xe[\da-f]{15}$/],
    ["an address of SAS", "sas_address", "0x5000c500a1b2c3d4", /^0xe[\da-f]{15}$/],
    ["a node of InfiniBand", "node_guid", "0c42:a103:005b:7e10", /^e[\da-f]{3}(:[\da-f]{4}){3}$/],
    ["a hardware address without colons", "hw_addr", "0c42a15b7e10", /^02[\da-f]{10}$/],
    ["the address that a port of a bond had", "perm_hwaddr", "0c:42:a1:5b:7e:10", /^02(:[\da-f]{2}){5}$/],
    ["an input device", "uniq", "4C530001230905", /^masked-/],
    ["an initiator", "initiatorname", "iqn.1993-08.org.debian:01:4fd9c3b2a1f", /^iqn\.1993-08\.masked:[\da-f]{12}$/],
    ["a target by its alias", "targetalias", "backup of finance", /^masked-/],
    ["a bridge", "brport/designated_root", "8000.0c42a15b7e10", /^8000\.02[\da-f]{10}$/],
    ["a note of an administrator", "ifalias", "uplink to ACME", /^masked-/],
    ["a file of somebody", "loop/backing_file", "/home/alice/disk.img", /^masked-/],
    ["a processor", "topology/ppin", "0xba9c7f5e3d1b2a40", /^0xe[\da-f]{15}$/],
    ["an NVDIMM", "nfit/id", "802c-0f-1711-1762dc2c", /^masked-/],
    ["a battery with few digits", "serial_number", "1500", /^masked-/],
  ])("%s (%s)", async (_what, name, value, instead) => {
    const { read, text } = await masked({ [name]: `${value}\n`, note: `it is ${value}\n` });
    expect(await read(name)).toMatch(instead);
    if (value.length > 6 && value !== "0x12ab34cd") expect(text).not.toContain(value);
  });

  test("in lines of uevents", async () => {
    const lines = 'POWER_SUPPLY_SERIAL_NUMBER= 1500\nUNIQ="4C530001230905"\nW1_SLAVE_ID=0000071CBC72\nDEVTYPE=1500';
    const { read } = await masked({ uevent: lines, "28-0000071cbc72/x": "" });
    expect(await read("uevent")).toMatch(
      /^POWER_SUPPLY_SERIAL_NUMBER=masked-\w+\nUNIQ="masked-\w+"\nW1_SLAVE_ID=02[\da-f]{10}\nDEVTYPE=1500$/,
    );
  });

  test("and names that are made of them, alike", async () => {
    const files = { uevent: "W1_SLAVE_ID=0000071CBC72\n", "28-0000071cbc72/x": "", "0x0c42a1005b7e1000/y": "" };
    const { read, text } = await masked(files);
    const digits = (await read("uevent")).slice("W1_SLAVE_ID=".length);
    expect(text).toContain(`28-${digits}`);
    expect(text).not.toContain("0c42a1005b7e1000");
  });
});

describe("what is no identity stays:", () => {
  test("words that somebody has taken for a serial number", async () => {
    const { read } = await masked({ board_serial: "Invalid\n", ifalias: "storage\n", state: "invalid storage\n" });
    expect(await read("state")).toBe("invalid storage");
    expect(await read("board_serial")).toMatch(/^masked-/);
  });

  test("the name of the controller that a root hub has for a serial number", async () => {
    const { read } = await masked({ "xhci-hcd.1.auto/usb1/serial": "xhci-hcd.1.auto\n" });
    expect(await read("xhci-hcd.1.auto/usb1/serial")).toBe("xhci-hcd.1.auto");
  });

  test("numbers that are equal to a serial number", async () => {
    const { read } = await masked({ serial_number: "1500\n", mtu: "1500\n", asset_tag: "rev2\n", board: "rev2\n" });
    expect(await read("mtu")).toBe("1500");
    expect(await read("board")).toBe("rev2");
    expect(await read("asset_tag")).toMatch(/^masked-/);
  });

  test.each([
    ["the keys of a keyboard", "capabilities/key", "feffffdfffefffff fffffffffffffffe"],
    ["a counter", "counter", "0x1234567890abcdef"],
    ["an address in memory", "start", "0xffff888100000000"],
    ["the layout of telemetry", "guid", "0x1a067102"],
    ["the number of a slot", "unique_id", "2"],
    ["a version", "fw_ver", "16.35.4030"],
  ])("%s", async (_what, name, value) => {
    expect(await (await masked({ [name]: `${value}\n` })).read(name)).toBe(value);
  });

  test.each([
    "wmi:8FD9C3A4-1B2C-4D5E-9F60-718293A4B5C6",
    "mei::309dcde8-ccb1-4062-8f78-600115a34327:01:",
    "vmbus:f912ad6d2b17ea48bd65f927a61c7684",
  ])("the type that %s is", async (modalias) => {
    const uuid = /[\dA-Fa-f]{8}-[\dA-Fa-f-]*/.exec(modalias)?.[0] ?? "none";
    const { read } = await masked({ guid: `${uuid}\n`, uuid: "123e4567-e89b-12d3-a456-426614174000\n" }, modalias);
    expect(await read("modalias")).toBe(modalias);
    expect(await read("uevent")).toContain(modalias);
    expect(await read("guid")).toBe(uuid);
    expect(await read("uuid")).not.toContain("123e4567");
  });

  test("the type of a device of Hyper-V, but not which one it is", async () => {
    const { read } = await masked({
      class_id: "{f8615163-df3e-46c5-913f-f2d2f965ed0e}\n",
      device_id: "{0d5a1234-0000-4c1b-8a2e-00155d012345}\n",
    });
    expect(await read("class_id")).toBe("{f8615163-df3e-46c5-913f-f2d2f965ed0e}");
    expect(await read("device_id")).not.toContain("00155d012345");
  });
});
