import { type CommandSpecs, defineCommand } from "../command-spec.ts";

/** What has to do with the scenario itself: work beside the commands, waiting for it, notes. */
export const flowCommands: CommandSpecs<"bg" | "settle" | "log"> = {
  bg: defineCommand("bg", {
    usage: "bg COMMAND",
    parse: (line) => ({ command: line.command() }),
    run({ command }, world) {
      world.start(command);
      return undefined;
    },
  }),
  settle: defineCommand("settle", {
    usage: "settle",
    parse: () => ({}),
    async run(_, world) {
      await world.runtime.runUntilIdle();
      return undefined;
    },
  }),
  log: defineCommand("log", {
    usage: "log TEXT",
    parse: (line) => ({ text: line.rest().join(" ") }),
    run({ text }, world) {
      world.emit(text);
      return undefined;
    },
  }),
};
