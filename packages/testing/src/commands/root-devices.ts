import { type CommandSpecs, defineCommand, SUCCEEDED } from "../command-spec.ts";

/** The devices at the top of the tree, below which scenarios put auxiliary devices. */
export const rootDeviceCommands: CommandSpecs<"parent" | "unparent"> = {
  parent: defineCommand("parent", {
    usage: "parent P",
    parse(line) {
      const parent = line.word("the parent");
      if (line.declarations.devices.has(parent)) throw line.error(`${parent} is the name of a device`);
      line.declarations.parents.set(parent, line.line);
      return { parent };
    },
    run({ parent }, world) {
      world.parents.set(parent, world.core.addRootDevice(parent, { owner: world.module }));
      return SUCCEEDED;
    },
  }),
  unparent: defineCommand("unparent", {
    usage: "unparent P",
    parse: (line) => ({ parent: line.declared("parents") }),
    async run({ parent }, world) {
      await world.parent(parent).destroy();
      world.parents.delete(parent);
      return SUCCEEDED;
    },
  }),
};
