import { RPM_CALLS } from "../command.ts";
import { type CommandSpecs, defineCommand, SUCCEEDED } from "../command-spec.ts";

/** Runtime power management, system sleep, shutdown. */
export const powerCommands: CommandSpecs<"rpm" | "power" | "shutdown"> = {
  rpm: defineCommand("rpm", {
    usage: `rpm ${RPM_CALLS.join("/")} D`,
    parse: (line) => ({
      call: line.oneOf("the call", RPM_CALLS),
      device: line.declared("devices"),
    }),
    async run({ device, call }, world) {
      const { runtimePm } = world.device(device);
      switch (call) {
        case "enable":
          runtimePm.enable();
          return SUCCEEDED;
        case "disable":
          await runtimePm.disable();
          return SUCCEEDED;
        case "get":
          return ` -> ${await runtimePm.getSync()}`;
        case "put":
          return ` -> ${await runtimePm.putSync()}`;
        case "suspend":
          return ` -> ${await runtimePm.suspend()}`;
        case "resume":
          return ` -> ${await runtimePm.resume()}`;
        case "forbid":
          runtimePm.forbid();
          return SUCCEEDED;
        case "allow":
          runtimePm.allow();
          return SUCCEEDED;
      }
    },
  }),
  power: defineCommand("power", {
    usage: "power LEVEL (freezer, devices, platform, processors, core)",
    parse: (line) => ({ level: line.oneOf("LEVEL", ["freezer", "devices", "platform", "processors", "core"]) }),
    async run({ level }, { core }) {
      // Beyond the devices, a system has nothing here that could sleep; before them, only processes are frozen.
      if (level === "freezer") return SUCCEEDED;
      await core.power.suspend();
      await core.power.resume();
      return SUCCEEDED;
    },
  }),
  shutdown: defineCommand("shutdown", {
    usage: "shutdown",
    parse: () => ({}),
    async run(_, { core }) {
      await core.shutdown();
      return undefined;
    },
  }),
};
