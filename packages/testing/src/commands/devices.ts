import { BusError } from "auxbus";
import { type CommandSpecs, defineCommand, DONE, SUCCEEDED } from "../command-spec.ts";

/** The two-step life of auxiliary devices, and their references. */
export const deviceCommands: CommandSpecs<
  "device" | "init" | "add" | "create" | "destroy" | "delete" | "uninit" | "get" | "put" | "irq"
> = {
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
  create: defineCommand("create", {
    usage: "create D modname=M",
    parse: (line) => ({ device: line.declared("devices"), modname: line.option("modname") }),
    async run({ device, modname }, world) {
      try {
        await world.createDevice(device, modname);
        return " -> ok";
      } catch (error) {
        // The kernel's call returns a null pointer, whatever the reason.
        if (error instanceof BusError) return " -> none";
        throw error;
      }
    },
  }),
  destroy: defineCommand("destroy", {
    usage: "destroy D",
    parse: (line) => ({ device: line.declared("devices") }),
    async run({ device }, world) {
      await world.destroyDevice(device);
      return DONE;
    },
  }),
  irq: defineCommand("irq", {
    usage: "irq add/remove D IRQ",
    parse: (line) => ({
      call: line.oneOf("the call", ["add", "remove"]),
      device: line.declared("devices"),
      irq: line.toNumber("the interrupt", line.word("the interrupt")),
    }),
    run({ call, device, irq }, world) {
      if (call === "add") world.device(device).irqAdd(irq);
      else world.device(device).irqRemove(irq);
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
