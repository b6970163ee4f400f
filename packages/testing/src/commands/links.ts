import { BusError } from "auxbus";
import { type CommandSpecs, defineCommand } from "../command-spec.ts";

/** Device links. */
export const linkCommands: CommandSpecs<"devlink"> = {
  devlink: defineCommand("devlink", {
    usage: "devlink C S",
    parse: (line) => ({ consumer: line.declared("devices"), supplier: line.declared("devices") }),
    run({ consumer, supplier }, world) {
      try {
        world.core.link(world.device(consumer), world.device(supplier), { autoremoveConsumer: true });
        return " -> ok";
      } catch (error) {
        // The kernel's call returns a null pointer, whatever the reason.
        if (error instanceof BusError) return " -> none";
        throw error;
      }
    },
  }),
};
