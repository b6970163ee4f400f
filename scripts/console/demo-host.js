// A host for looking at the console: the simulated cards and sound of the stacks.
// node scripts/console/demo-host.js [--port N] [--state FOLDER] prints the console's address.
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { folder } from "@auxbus/console";
import { Host, parseConfig } from "@auxbus/host";
import { ModuleIndex } from "@auxbus/modules";

const { values } = parseArgs({
  options: { port: { type: "string", default: "7420" }, state: { type: "string" } },
});
const host = await Host.start({
  config: parseConfig({
    name: "lab",
    modules: ["snd_sof", "sim_nics"],
    options: {
      snd_sof_probes: { enable: true },
      sim_tgl_machine: { life: 2000 },
      sim_nics: { life: 2000 },
    },
    listen: { http: { port: Number(values.port) } },
  }),
  state: values.state ?? null,
  socket: null,
  consoleFolder: folder,
  depmod: () => ModuleIndex.depmod([join(import.meta.dirname, "../..")]),
});
console.log(`${host.url}/#token=${host.tokens.operator}`);
console.log(`reader ${host.url}/#token=${host.tokens.reader}`);
await host.ready();
process.on("SIGTERM", () => void host.stop());
await host.stopped;
process.exit(0);
