import { expect, test } from "vitest";
import { flagAttribute, numberAttributes, storedText } from "./attribute-values.ts";
import { DriverCore } from "./core.ts";

test("numbers of an object are files that show and set them", async () => {
  const lamp = { name: "hall", level: 1.5, burnsOut: 3 };
  const core = new DriverCore();
  const attributes = numberAttributes(lamp, { level: "level", burns_out: "burnsOut" });
  core.addRootDevice("lamp", { attributes: { knobs: attributes } });
  const file = (name: string): string => `devices/lamp/knobs/${name}`;
  expect(core.sysfs.read(file("level"))).toBe("1.5\n");
  await core.sysfs.write(file("burns_out"), "20\n");
  expect(lamp).toEqual({ name: "hall", level: 1.5, burnsOut: 20 });
  lamp.level = 0;
  expect(core.sysfs.read(file("level"))).toBe("0\n");
  for (const bad of ["", "x", "-1", "1.", "1e3", "0x10", " 1"]) {
    await expect(core.sysfs.write(file("level"), bad), bad).rejects.toMatchObject({ code: "EINVAL", op: "store" });
  }
  expect(lamp.level).toBe(0);
});

test("the form says which numbers may be written", async () => {
  const lamp = { level: 1 };
  const { level } = numberAttributes(lamp, { level: "level" }, /^-?\d+$/);
  await level?.store?.("-7");
  expect(level?.show?.()).toBe("-7\n");
  expect(() => level?.store?.("1.5")).toThrow('EINVAL: "1.5" is nothing that level could be');
});

test("a flag is 1 or 0", async () => {
  let on = true;
  const flag = flagAttribute(
    "on",
    () => on,
    (value) => void (on = value),
  );
  expect(flag.show?.()).toBe("1\n");
  await flag.store?.("0");
  expect([on, flag.show?.()]).toEqual([false, "0\n"]);
  await flag.store?.("1");
  expect(on).toBe(true);
  for (const bad of ["", "yes", "2", "01"]) expect(() => flag.store?.(bad), bad).toThrow(/^EINVAL: .* on could be$/);
});

test("text is of the form, or refused with what it is and where", () => {
  expect(storedText("colour", /^[a-z]+$/, "red")).toBe("red");
  expect(() => storedText("colour", /^[a-z]+$/, "3\n")).toThrow('EINVAL: "3\\n" is nothing that colour could be');
});
