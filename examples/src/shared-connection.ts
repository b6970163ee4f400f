// One TCP connection, used by the drivers of two packages. Neither driver knows the other, or the socket.
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { defineAuxiliaryDriver, DriverCore } from "auxbus";

interface Line {
  ask(question: string): Promise<string>;
}

declare module "auxbus" {
  interface Contracts {
    "lathe.spindle": { shared: Line };
    "lathe.coolant": { shared: Line };
  }
}

// The machine, here in the same process.
const answers: Readonly<Record<string, string>> = { rpm: "1200", "pump on": "running", "pump off": "stopped" };
const machine = createServer((client) =>
  client.on("data", (question) => client.write(answers[String(question)] ?? "?")),
);
await once(machine.listen(0, "127.0.0.1"), "listening");

// The package that owns the connection. One question at a time, so that each gets its own answer.
const socket = connect((machine.address() as AddressInfo).port, "127.0.0.1");
let last = Promise.resolve("");
const ask = (question: string): Promise<string> =>
  (last = last.then(async () => {
    socket.write(question);
    return String((await once(socket, "data"))[0]);
  }));
const core = new DriverCore();
const lathe = core.addRootDevice("lathe0");
const spindle = await core.auxiliary.create(lathe, { module: "lathe", name: "spindle", shared: { ask } });
const coolant = await core.auxiliary.create(lathe, { module: "lathe", name: "coolant", shared: { ask } });

// The packages of two other teams, loaded in any order.
const monitor = defineAuxiliaryDriver({
  idTable: [{ name: "lathe.spindle" }],
  probe: async ({ name, shared }) => console.log(`monitor: ${name} turns at ${await shared.ask("rpm")} rpm`),
});
const pump = defineAuxiliaryDriver({
  idTable: [{ name: "lathe.coolant" }],
  probe: async ({ name, shared }) => console.log(`pump: ${name} is ${await shared.ask("pump on")}`),
  remove: async ({ name, shared }) => console.log(`pump: ${name} is ${await shared.ask("pump off")}`),
});
await Promise.all([
  core.auxiliary.register(monitor, { module: "monitor" }),
  core.auxiliary.register(pump, { module: "pump" }),
]);

// Each `destroy` waits for the driver's remove, which may still ask. Then nobody uses the connection any more.
await Promise.all([spindle.destroy(), coolant.destroy()]);
socket.end();
machine.close();
console.log("connection closed");
