import { LinuxView } from "@auxbus/linux";
import { diffSnapshots, mask, parseSnapshot, SnapshotView, textOf } from "@auxbus/snapshot";
import { expect, test } from "vitest";
import { Machine } from "../linux/machine.ts";
import { snapshotOf } from "./world.ts";

const SECRETS = {
  "session1/iscsi_session/session1": ["username", "username_in", "password", "password_in"],
  "nvme-fabrics/ctl/nvme0": ["dhchap_secret", "dhchap_ctrl_secret", "tls_key", "tls_configured_key"],
  "authentication/Admin": ["current_password"],
  "0-1": ["key"],
  wlan0: ["psk", "passphrase"],
} as const;

const SHOWN = {
  "input5/capabilities": ["key"],
  "bond0/bonding": ["ad_actor_key"],
  "authentication/Admin": ["min_password_length"],
} as const;

/** Everything that the folders of a device can have in them. */
function machine(): Machine {
  const files: Record<string, string> = {};
  for (const [folder, names] of Object.entries(SECRETS))
    for (const name of names) files[`${folder}/${name}`] = "hunter2\n";
  for (const [folder, names] of Object.entries(SHOWN)) for (const name of names) files[`${folder}/${name}`] = "10000\n";
  return new Machine().device("platform").device("platform/x", { bus: "platform", files });
}

const FOLDER = "devices/platform/x";

test("has no passwords and no keys, and says that it leaves them out", async () => {
  const live = new LinuxView({ root: machine().root, buses: ["platform"] });
  const read: string[] = [];
  const readLive = live.read.bind(live);
  live.read = async (path) => {
    read.push(path);
    return readLive(path);
  };
  const file = await snapshotOf(live);
  expect([...textOf(file)].join("")).not.toContain("hunter2");
  const view = new SnapshotView(parseSnapshot([...textOf(file)].join(""), "a.json"), "a.json");
  for (const [folder, names] of Object.entries(SECRETS)) {
    for (const name of names) {
      const path = `${FOLDER}/${folder}/${name}`;
      expect(read).not.toContain(path);
      expect((await view.list(`${FOLDER}/${folder}`)).map((entry) => entry.name)).toContain(name);
      await expect(view.read(path)).rejects.toThrow(/it is a password or a key, which no snapshot has/);
    }
  }
  for (const [folder, names] of Object.entries(SHOWN))
    for (const name of names) expect(await view.read(`${FOLDER}/${folder}/${name}`)).toBe("10000\n");
  expect(diffSnapshots(file, file).equal).toBe(true);
});

test("of an earlier program loses them when it is masked", async () => {
  const file = await snapshotOf(new LinuxView({ root: machine().root, buses: ["platform"] }));
  const folder = `${FOLDER}/session1/iscsi_session/session1`;
  const earlier = { ...file, sysfs: { ...file.sysfs, [folder]: { password: "hunter2\n", state: "LOGGED_IN\n" } } };
  const { sysfs } = mask(earlier).file;
  expect(sysfs[folder]).toEqual({ password: { secret: true }, state: "LOGGED_IN\n" });
});
