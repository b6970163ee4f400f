import { type CommandSpecs, defineCommand, DONE, SUCCEEDED } from "../command-spec.ts";

/** The two-step life of auxiliary devices, and their references. */
export const deviceCommands: CommandSpecs<"device" | "init" | "add" | "delete" | "uninit" | "get" | "put"> = {
  device: defineCommand("device", {
    usage: "device D [parent=P or D2] [name=N] [id=I]",
    parse(line) {
      const parent = line.option("parent");
      if (parent !== undefined && !line.declarations.parents.has(parent)) line.checkDeclared(parent, "devices");
      const device = line.declare("devices");
      if (line.declarations.parents.has(device)) throw line.error(`${device} is the name of a parent`);
      return { device, parent, name: line.option("name"), id: line.number("id") ?? 0 };
    },
    run(declaration, world) {
      world.declareDevice(declaration);
      return undefined;
    },
  }),
  init: defineCommand("init", {
    usage: "init D",
    parse: (line) => ({ device: line.declared("devices") }),
    run({ device }, world) {
      world.initDevice(device);
      return SUCCEEDED;
    },
  }),
  add: defineCommand("add", {
    usage: "add D [modname=M]",
    parse: (line) => ({ device: line.declared("devices"), modname: line.option("modname") }),
    async run({ device, modname }, world) {
      await world.device(device).add(modname === undefined ? {} : { module: modname });
      return SUCCEEDED;
    },
  }),
  delete: defineCommand("delete", {
    usage: "delete D",
    parse: (line) => ({ device: line.declared("devices") }),
    async run({ device }, world) {
      await world.device(device).delete();
      return DONE;
    },
  }),
  uninit: defineCommand("uninit", {
    usage: "uninit D",
    parse: (line) => ({ device: line.declared("devices") }),
    run({ device }, world) {
      world.device(device).uninit();
      return DONE;
    },
  }),
  get: defineCommand("get", {
    usage: "get D",
    parse: (line) => ({ device: line.declared("devices") }),
    run({ device }, world) {
      world.device(device).get();
      return DONE;
    },
  }),
  put: defineCommand("put", {
    usage: "put D",
    parse: (line) => ({ device: line.declared("devices") }),
    run({ device }, world) {
      world.device(device).put();
      return DONE;
    },
  }),
};
