import { BusError } from "auxbus";
import { type CommandSpecs, defineCommand, DONE } from "../command-spec.ts";

/** Device links. */
export const linkCommands: CommandSpecs<"devlink" | "undevlink"> = {
  devlink: defineCommand("devlink", {
    usage: "devlink C S [pm] [supplier] [stateless]",
    parse(line) {
      const ends = { consumer: line.declared("devices"), supplier: line.declared("devices") };
      const [stateless, supplier] = [line.flag("stateless"), line.flag("supplier")];
      if (stateless && supplier) throw line.error("a stateless link does not go by itself");
      const until = stateless ? "never" : supplier ? "supplier unbind" : "consumer unbind";
      return { ...ends, pm: line.flag("pm"), until };
    },
    run({ consumer, supplier, pm, until }, world) {
      try {
        world.link(consumer, supplier, {
          pmRuntime: pm,
          stateless: until === "never",
          autoremoveConsumer: until === "consumer unbind",
          autoremoveSupplier: until === "supplier unbind",
        });
        return " -> ok";
      } catch (error) {
        // The kernel's call returns a null pointer, whatever the reason.
        if (error instanceof BusError) return " -> none";
        throw error;
      }
    },
  }),
  undevlink: defineCommand("undevlink", {
    usage: "undevlink C S",
    parse: (line) => ({ consumer: line.declared("devices"), supplier: line.declared("devices") }),
    run({ consumer, supplier }, world) {
      world.unlink(consumer, supplier);
      return DONE;
    },
  }),
};
