// Things come and go while the program runs, and so do drivers. Each slice has its driver as soon as both are there.
import { defineAuxiliaryDriver, DriverCore } from "auxbus";

const core = new DriverCore();
core.uevents.subscribe(({ action, devpath, env }) => {
  const driver = action === "bind" ? ` to ${env["DRIVER"]}` : "";
  console.log(`${action.padEnd(6)} ${devpath}${driver}`);
});

const player = defineAuxiliaryDriver({
  idTable: [{ name: "dock.speaker" }],
  probe(device, _id, { resources }) {
    const beat = setInterval(() => {}, 1000);
    // Whatever ends the binding, the timer stops: else this program would never end.
    resources.defer(() => clearInterval(beat));
    console.log(`player: plays on ${device.name}`);
  },
});

console.log("# two speakers are plugged in, nobody is there to play");
const dock = core.addRootDevice("dock0");
const left = await core.auxiliary.create(dock, { module: "dock", name: "speaker" });
await core.auxiliary.create(dock, { module: "dock", name: "speaker" });

console.log("# the player is installed");
const registered = await core.auxiliary.register(player, { module: "player" });

console.log("# one speaker is pulled out, and plugged in again");
await left.destroy();
await core.auxiliary.create(dock, { module: "dock", name: "speaker" });

console.log("# the player is removed, the speakers stay");
await registered.unregister();
