// What stands in names and attributes of others does not reach a terminal as it is.
import { expect, test } from "vitest";
import { lsaux } from "../../packages/auxctl/src/lsaux/lsaux.ts";
import { auxctl, FakeIo } from "../fake-io.ts";
import { mlx5 } from "./cards.ts";

const PCI = "pci0000:00/0000:00:02.0/0000:03:00.0";
const EVIL = "\u001B]0;evil\u0007";

/** Names of network interfaces may have anything but a few characters; those of a recorded machine, too. */
function machine(): string {
  const made = mlx5();
  made.driver("auxiliary", `drv${EVIL}`).driver("auxiliary", `idle${EVIL}`);
  made.device(`${PCI}/net/eth${EVIL}`, { class: "net" });
  made.device(`${PCI}/evil${EVIL}.eth.7`, {
    bus: "auxiliary",
    driver: `drv${EVIL}`,
    modalias: `auxiliary:x${EVIL}`,
    files: { [`attr${EVIL}`]: `value${EVIL}\n`, [`group${EVIL}/file`]: "x\n" },
  });
  made.device(`${PCI}/evil${EVIL}.rdma.7`, { bus: "auxiliary", modalias: `auxiliary:y${EVIL}` });
  made.deviceLink(`${PCI}/evil${EVIL}.rdma.7`, `${PCI}/evil${EVIL}.eth.7`, `state${EVIL}`);
  return made.root;
}

test("all that looks, and what went wrong", async () => {
  const root = machine();
  const commands: readonly (readonly string[])[] = [
    ["ls", "--all", "--bus", "all"],
    ["tree", "--registered"],
    ["show", `evil${EVIL}.eth.7`],
    ["show", `drv${EVIL}`],
    ["show", "auxiliary"],
    ["explain", `evil${EVIL}.eth.7`],
    ["explain", `evil${EVIL}.rdma.7`],
    ["explain", `nobody${EVIL}`],
    ["unbind", `evil${EVIL}.eth.7`, "--dry-run"],
    ["rescan", "--all"],
    ["names", "line", "--", "--root", root, "show", ""],
  ];
  for (const command of commands) {
    const { stdout, stderr } = await auxctl(command[0] === "names" ? command : [...command, "--root", root]);
    expect(`${stdout}${stderr}`.replaceAll("\n", ""), command.join(" ")).not.toMatch(/\p{Cc}/u);
  }
  for (const command of [["tree"], ["show", `evil${EVIL}.eth.7`], ["explain", `evil${EVIL}.rdma.7`]]) {
    const { stdout, stderr } = await auxctl([...command, "--root", root]);
    expect(stderr).toBe("");
    expect(stdout).toContain("\\u001b");
  }
  for (const words of [["-v"], ["-a"], ["--bus", `x${EVIL}`]]) {
    const io = new FakeIo();
    await lsaux(["--root", root, ...words], io);
    expect(`${io.stdout}${io.stderr}`.replaceAll("\n", ""), words.join(" ")).not.toMatch(/\p{Cc}/u);
  }
});

test("JSON has the names as they are", async () => {
  const { stdout } = await auxctl(["show", "--root", machine(), `evil${EVIL}.eth.7`, "--json"]);
  expect(JSON.parse(stdout).device.name).toBe(`evil${EVIL}.eth.7`);
});
