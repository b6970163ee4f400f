import { RemoteView } from "@auxbus/host/client";
import { errnoOf } from "auxbus";
import { expect, test } from "vitest";
import { addNic, HostRig } from "./rig.ts";

test("a remote view reads and lists files, and refuses, as the bus itself does", async () => {
  const { host, client } = await HostRig.start();
  await addNic(host);
  const views = [host.core.view(), new RemoteView(client)];
  const lists = ["", "bus/auxiliary/devices", "bus/auxiliary/devices/nic.eth.0", "devices/nic0/uevent", "devices/none"];
  const reads = ["devices/nic0/nic.eth.0/uevent", "devices/nic0", "bus/auxiliary/drivers_probe", "devices/none"];
  const answers = await Promise.all(
    views.map((view) =>
      Promise.all([
        ...lists.map((path) => view.list(path).catch(errnoOf)),
        ...reads.map((path) => view.read(path).catch(errnoOf)),
      ]),
    ),
  );
  const [here, there] = answers;
  expect(there).toEqual(here);
  expect(here?.filter((answer) => typeof answer === "string")).toEqual([
    "ENOTDIR",
    "ENOENT",
    "DRIVER=eth.eth\nMODALIAS=auxiliary:nic.eth\n",
    "EISDIR",
    "EACCES",
    "ENOENT",
  ]);
});
