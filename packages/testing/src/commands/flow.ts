import type { CommandSpecs } from "../command-spec.ts";

/** What has to do with the scenario itself: work beside the commands, waiting for it, notes. */
export const flowCommands: CommandSpecs<"bg" | "settle" | "log"> = {
  bg: {
    usage: "bg COMMAND",
    parse: (line) => ({ command: line.command() }),
    run({ command }, world) {
      world.start(command);
      return undefined;
    },
  },
  settle: {
    usage: "settle",
    parse: () => ({}),
    async run(_, world) {
      await world.runtime.runUntilIdle();
      return undefined;
    },
  },
  log: {
    usage: "log TEXT",
    parse: (line) => ({ text: line.rest().join(" ") }),
    run({ text }, world) {
      world.emit(text);
      return undefined;
    },
  },
};
