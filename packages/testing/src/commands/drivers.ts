import { type CommandSpecs, defineCommand, DONE, SUCCEEDED } from "../command-spec.ts";
import type { CommandLine } from "../command-line.ts";
import type { DriverDeclaration } from "../command.ts";

/** Driver objects and their registration. */
export const driverCommands: CommandSpecs<"driver" | "register" | "unregister" | "unblock"> = {
  driver: defineCommand("driver", {
    usage:
      "driver R modname=M [name=N] ids=A[:DATA],B… [probe=E1,E2,…] [suspendret=E] [rpmret=E] [devm=K] [attr=FILE] " +
      "[noprobe] [noids] [noremove] [shutdown] [pm] [legacypm] [suppress] [async] [block]",
    parse: parseDriver,
    run(declaration, world) {
      world.declareDriver(declaration);
      return undefined;
    },
  }),
  register: defineCommand("register", {
    usage: "register R",
    parse: (line) => ({ driver: line.declared("drivers") }),
    async run({ driver }, world) {
      await world.driver(driver).register();
      return SUCCEEDED;
    },
  }),
  unregister: defineCommand("unregister", {
    usage: "unregister R",
    parse: (line) => ({ driver: line.declared("drivers") }),
    async run({ driver }, world) {
      await world.driver(driver).unregister();
      return DONE;
    },
  }),
  unblock: defineCommand("unblock", {
    usage: "unblock R",
    parse: (line) => ({ driver: line.declared("drivers") }),
    run({ driver }, world) {
      world.driver(driver).unblock();
      return DONE;
    },
  }),
};

function parseDriver(line: CommandLine): DriverDeclaration {
  const modname = line.option("modname");
  if (modname === undefined) throw line.error("modname= is missing");
  const list = (key: string): string[] => line.option(key)?.split(",") ?? [];
  const probe = list("probe").map((value) => line.answer("a probe result", value));
  const devm = line.number("devm") ?? 0;
  if (devm < 0) throw line.error("devm is 0 or more");
  return {
    driver: line.declare("drivers"),
    modname,
    name: line.option("name"),
    ids: list("ids").map((entry) => parseId(line, entry)),
    probe: probe.length === 0 ? [0] : probe,
    suspendret: line.answer("suspendret", line.option("suspendret") ?? "0"),
    rpmret: line.answer("rpmret", line.option("rpmret") ?? "0"),
    devm,
    noprobe: line.flag("noprobe"),
    noids: line.flag("noids"),
    noremove: line.flag("noremove"),
    shutdown: line.flag("shutdown"),
    pm: line.flag("pm"),
    legacypm: line.flag("legacypm"),
    suppress: line.flag("suppress"),
    async: line.flag("async"),
    block: line.flag("block"),
    attr: line.option("attr"),
  };
}

function parseId(line: CommandLine, entry: string): { name: string; data: number } {
  const colon = entry.lastIndexOf(":");
  if (colon === -1) return { name: entry, data: 0 };
  return { name: entry.slice(0, colon), data: line.toNumber("the data of an id", entry.slice(colon + 1)) };
}
