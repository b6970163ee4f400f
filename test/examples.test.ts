import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const EXAMPLES = join(import.meta.dirname, "../examples");

/** Runs a program as its reader would (`npm test` has built it) and gives what it printed. */
function run(name: string): string[] {
  const program = join(EXAMPLES, "dist", `${name}.js`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8", timeout: 20_000 });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout.trimEnd().split("\n");
}

test("every example is tested here", () => {
  const names = readdirSync(join(EXAMPLES, "src")).toSorted();
  expect(names).toEqual(["hot-plug.ts", "shared-connection.ts", "versioned-contract.ts"]);
});

test("shared-connection: two drivers use one socket, which is closed after both have let go", () => {
  const lines = run("shared-connection");
  expect(lines.toSorted()).toEqual([
    "connection closed",
    "monitor: lathe.spindle.0 turns at 1200 rpm",
    "pump: lathe.coolant.0 is running",
    "pump: lathe.coolant.0 is stopped",
  ]);
  expect(lines.at(-1)).toBe("connection closed");
});

test("hot-plug: drivers follow what comes and goes", () => {
  expect(run("hot-plug")).toMatchInlineSnapshot(`
    [
      "# two speakers are plugged in, nobody is there to play",
      "add    /devices/dock0",
      "add    /devices/dock0/dock.speaker.0",
      "add    /devices/dock0/dock.speaker.1",
      "# the player is installed",
      "player: plays on dock.speaker.0",
      "bind   /devices/dock0/dock.speaker.0 to player",
      "player: plays on dock.speaker.1",
      "bind   /devices/dock0/dock.speaker.1 to player",
      "add    /bus/auxiliary/drivers/player",
      "# one speaker is pulled out, and plugged in again",
      "unbind /devices/dock0/dock.speaker.0",
      "remove /devices/dock0/dock.speaker.0",
      "add    /devices/dock0/dock.speaker.0",
      "player: plays on dock.speaker.0",
      "bind   /devices/dock0/dock.speaker.0 to player",
      "# the player is removed, the speakers stay",
      "unbind /devices/dock0/dock.speaker.0",
      "unbind /devices/dock0/dock.speaker.1",
      "remove /bus/auxiliary/drivers/player",
    ]
  `);
});

test("versioned-contract: the old driver is refused with the reason, the new one binds", () => {
  expect(run("versioned-contract")).toEqual([
    expect.stringMatching(/^baker: refused: .*publishes contract version 2\.1\.0, driver baker works with \^1\.0/),
    "oven: 180 °C",
    "bound to baker2",
  ]);
});
