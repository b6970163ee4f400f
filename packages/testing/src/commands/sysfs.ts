import { type CommandSpecs, defineCommand, SUCCEEDED } from "../command-spec.ts";
import type { ScenarioWorld } from "../scenario-world.ts";

const BUS = "bus/auxiliary";

async function write(world: ScenarioWorld, path: string, value: string): Promise<string> {
  await world.core.sysfs.write(path, value);
  return SUCCEEDED;
}

/** What an administrator does: reading and writing below `/sys`. */
export const sysfsCommands: CommandSpecs<
  "bind" | "unbind" | "autoprobe" | "rescan" | "reuevent" | "write" | "ls" | "cat" | "readlink"
> = {
  bind: defineCommand("bind", {
    usage: "bind DRIVER DEVICE",
    parse: (line) => ({ driverName: line.word("the driver"), deviceName: line.word("the device") }),
    run: ({ driverName, deviceName }, world) => write(world, `${BUS}/drivers/${driverName}/bind`, deviceName),
  }),
  unbind: defineCommand("unbind", {
    usage: "unbind DRIVER DEVICE",
    parse: (line) => ({ driverName: line.word("the driver"), deviceName: line.word("the device") }),
    run: ({ driverName, deviceName }, world) => write(world, `${BUS}/drivers/${driverName}/unbind`, deviceName),
  }),
  autoprobe: defineCommand("autoprobe", {
    usage: "autoprobe 0/1",
    parse: (line) => ({ on: line.oneOf("autoprobe", ["0", "1"]) === "1" }),
    run: ({ on }, world) => write(world, `${BUS}/drivers_autoprobe`, on ? "1" : "0"),
  }),
  rescan: defineCommand("rescan", {
    usage: "rescan DEVICE",
    parse: (line) => ({ deviceName: line.word("the device") }),
    run: ({ deviceName }, world) => write(world, `${BUS}/drivers_probe`, deviceName),
  }),
  reuevent: defineCommand("reuevent", {
    usage: "reuevent DEVICE ACTION",
    parse: (line) => ({ deviceName: line.word("the device"), action: line.word("the action") }),
    run: ({ deviceName, action }, world) => write(world, `${BUS}/devices/${deviceName}/uevent`, action),
  }),
  write: defineCommand("write", {
    usage: "write PATH VALUE",
    parse: (line) => ({ path: line.word("the path"), value: line.word("the value") }),
    run: ({ path, value }, world) => write(world, path, value),
  }),
  ls: defineCommand("ls", {
    usage: "ls PATH",
    parse: (line) => ({ path: line.word("the path") }),
    run: ({ path }, world) =>
      `:${world.core.sysfs
        .list(path)
        .toSorted(bytewise)
        .map((name) => ` ${name}`)
        .join("")}`,
  }),
  cat: defineCommand("cat", {
    usage: "cat PATH",
    parse: (line) => ({ path: line.word("the path") }),
    run: ({ path }, world) => `: ${world.core.sysfs.read(path).trimEnd().replaceAll("\n", " ")}`.trimEnd(),
  }),
  readlink: defineCommand("readlink", {
    usage: "readlink PATH",
    parse: (line) => ({ path: line.word("the path") }),
    run: ({ path }, world) => `: ${world.core.sysfs.readlink(path)}`,
  }),
};

/** Names in `/sys` are ASCII, so code units compare as bytes do. */
function bytewise(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
