// A host that is busy until it is killed: devices come and go all the time.
import { Host, parseConfig } from "@auxbus/host";
import { ModuleIndex } from "@auxbus/modules";

const [state, socket] = process.argv.slice(2);
const host = await Host.start({
  config: parseConfig({}),
  state,
  socket,
  depmod: () => ModuleIndex.depmod([state]),
});
const { auxiliary } = host.core;
const nic = host.core.addRootDevice("nic0");
await auxiliary.register({ name: "eth", idTable: [{ name: "nic.eth" }], probe() {} }, { module: "eth" });
for (let id = 0; id < 5; id++) await auxiliary.create(nic, { module: "nic", name: "eth", id });
process.stdout.write("up\n");
for (let id = 5; ; id++) {
  const device = await auxiliary.create(nic, { module: "nic", name: "eth", id });
  await device.destroy();
  await new Promise((resolve) => setTimeout(resolve, 1));
}
