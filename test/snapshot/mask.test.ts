import { mask, parseSnapshot, SnapshotView, textOf } from "@auxbus/snapshot";
import { describe, expect, test } from "vitest";
import { makeBus, NIC, SECRETS, snapshotOf } from "./world.ts";

const SALT = new Uint8Array(32).fill(7);

async function masked(names: readonly string[] = []) {
  const { file, kept } = mask(await snapshotOf((await makeBus()).view()), { names, salt: SALT });
  const text = [...textOf(file)].join("");
  return { file: parseSnapshot(text, "masked.json"), text, kept };
}

describe("a masked snapshot", () => {
  test("has nothing that tells which machine it was", async () => {
    const { text, file } = await masked();
    for (const secret of [...Object.values(SECRETS), SECRETS.mac.replaceAll(":", ""), "a1ff:fe5b"]) {
      expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
    }
    expect(file.masked).toBe(true);
    expect(file.machine).toMatch(/^host-[\da-f]{8}$/);
  });

  test("keeps addresses of the bus, names of drivers and modules, states and numbers", async () => {
    const live = await (await makeBus()).view().snapshot();
    const { file } = await masked();
    const without = ({ devices }: typeof file.snapshot) =>
      devices.filter(({ path }) => !path.includes("/net/")).map(({ reason: _reason, ...rest }) => rest);
    expect(without(file.snapshot)).toEqual(without({ ...file.snapshot, devices: [...live.devices] }));
    expect(file.snapshot.drivers).toEqual(live.drivers);
    const view = new SnapshotView(file, "masked.json");
    expect(await view.read(`${NIC.slice(1)}/vendor`)).toBe("0x15b3\n");
    expect(await view.read("devices/0000:03:00.0/nic.eth.0/uevent")).toContain("MODALIAS=auxiliary:nic.eth");
  });

  test("puts the same for the same everywhere, so that what belongs together can be seen", async () => {
    const { file } = await masked();
    const view = new SnapshotView(file, "masked.json");
    const nic = NIC.slice(1);
    const [net] = await view.list(`${nic}/net`);
    const mac = (await view.read(`${nic}/net/${net?.name}/address`)).trim();
    expect(mac).toMatch(/^02(:[\da-f]{2}){5}$/);
    expect(net?.name).toBe(`enx${mac.replaceAll(":", "")}`);
    expect(file.snapshot.devices.map(({ path }) => path)).toContain(`${NIC}/net/${net?.name}`);
    const serial = (await view.read(`${nic}/serial_number`)).trim();
    expect(serial).toMatch(/^masked-/);
    expect(await view.read(`${nic}/firmware`)).toMatch(new RegExp(`^fw of ${file.machine}, board ${serial}\n$`));
    expect(await view.read(`${nic}/ports/first`)).toBe(await view.read(`${nic}/ports/sys_image_guid`));
  });

  test("does not tell the domain, whether the machine knows it or only a text", async () => {
    const file = await snapshotOf((await makeBus()).view());
    const folder = {
      note: "db17.example.com at (example.com)\n",
      other: "db17.local. db17.0\n",
      to: { link: "devices/db17.eth.0" },
    };
    const masked = async (machine: string) =>
      mask({ ...file, machine, sysfs: { ...file.sysfs, x: folder } }, { salt: SALT }).file.sysfs["x"];
    const rest = {
      other: expect.stringMatching(/^(host-[\da-f]{8})\. \1\.0\n$/),
      // What is behind it is a part of the name of a device.
      to: { link: expect.stringMatching(/^devices\/host-[\da-f]{8}\.eth\.0$/) },
    };
    expect(await masked("db17.example.com")).toEqual({
      note: expect.stringMatching(/^host-[\da-f]{8} at \(domain-[\da-f]{8}\)\n$/),
      ...rest,
    });
    const note = expect.stringMatching(/^host-[\da-f]{8} at \(example\.com\)\n$/);
    expect(await masked("db17")).toEqual({ note, ...rest });
  });

  test("keeps a machine's name that is a word of the buses, and says so", async () => {
    const { kept, file } = await masked(["eth", "Bound"]);
    expect(kept).toEqual(["eth", "Bound"]);
    expect(file.snapshot.drivers.map(({ name }) => name)).toContain("eth_drv.eth");
  });

  test("of the same machine is another each time", async () => {
    const file = await snapshotOf((await makeBus()).view());
    const [one, other] = [mask(file), mask(file)];
    expect(JSON.stringify(one.file)).not.toBe(JSON.stringify(other.file));
  });
});
