import { type CommandSpecs, defineCommand, DONE } from "../command-spec.ts";

/** Questions to the bus that change nothing. */
export const busCommands: CommandSpecs<"show" | "find" | "walk" | "deferred"> = {
  show: defineCommand("show", {
    usage: "show D",
    parse: (line) => ({ device: line.declared("devices") }),
    run: ({ device }, world) => ` driver=${world.device(device).driver?.name ?? "none"}`,
  }),
  find: defineCommand("find", {
    usage: "find NAME",
    parse: (line) => ({ deviceName: line.word("the name") }),
    run: ({ deviceName }, world) => ` -> ${world.core.auxiliary.find(deviceName)?.name ?? "none"}`,
  }),
  walk: defineCommand("walk", {
    usage: "walk D or -",
    parse(line) {
      const after = line.word("the device, or -");
      return { after: after === "-" ? undefined : line.checkDeclared(after, "devices") };
    },
    run({ after }, world) {
      const start = after === undefined ? undefined : world.device(after);
      for (const { name } of world.core.auxiliary.devices(start)) world.emit(`visit ${name}`);
      return DONE;
    },
  }),
  deferred: defineCommand("deferred", {
    usage: "deferred",
    parse: () => ({}),
    run: (_, world) =>
      `:${world.core.deferred
        .list()
        .map(({ device }) => ` ${device.name}`)
        .join("")}`,
  }),
};
