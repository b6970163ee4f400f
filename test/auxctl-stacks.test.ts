// The stacks as a user has them: one shell with the bus, another with the commands that they add.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FakeIo, type Ran } from "./fake-io.ts";
import { runProgram } from "../packages/auxctl/src/program.ts";
import { type RunningBus, runningBus } from "./running-bus.ts";

const ROOT = join(import.meta.dirname, "..");
const PF0 = "pci/0000:08:00.0";

let bus: RunningBus;

/** A command that must work. */
async function auxctl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await bus.auxctl(...args);
  expect(stderr, args.join(" ")).toBe("");
  expect(code, args.join(" ")).toBe(0);
  return stdout;
}

async function json(...args: string[]): Promise<unknown> {
  return JSON.parse(await auxctl(...args, "--json"));
}

/** Asks again until it is so; hardware and modules take their time. */
async function until(so: () => Promise<boolean>): Promise<void> {
  await expect.poll(so, { timeout: 15_000, interval: 50 }).toBe(true);
}

/** A command that goes on in the background. */
function background(...args: string[]): { readonly io: FakeIo; readonly ended: Promise<Ran> } {
  const io = new FakeIo({ cwd: ROOT, env: bus.io.env });
  const ended = runProgram(args, io).then((code) => ({ code, stdout: io.stdout, stderr: io.stderr }));
  return { io, ended };
}

async function ibNames(): Promise<string[]> {
  const devices = await json("rdma", "dev", "show");
  return (devices as { readonly name: string }[]).map(({ name }) => name);
}

describe("three stacks on one bus", { timeout: 60_000 }, () => {
  test("are brought up by their cards' aliases, and steered from another shell", async () => {
    bus = await runningBus(["sim_nics", "snd_sof"], ROOT);
    await until(async () => (await ibNames()).length === 4);
    expect((await auxctl("devlink", "dev", "show")).split("\n")[0]).toMatch(/^DEV +ESWITCH +STATE +RELOADS +REMOTE/);
    expect(await json("devlink", "dev", "show")).toMatchObject(
      [PF0, "pci/0000:08:00.1", "pci/0000:3b:00.0"].map((dev) => expect.objectContaining({ dev, state: "ok" })),
    );
    const links = (await json("ip", "link", "show")) as {
      readonly name: string;
      readonly parent: string;
      readonly state: string;
    }[];
    expect(links.map(({ parent }) => parent).toSorted()).toEqual([
      "0000:08:00.0",
      "0000:08:00.1",
      "0000:18:00.0",
      "0000:3b:00.0",
    ]);
    await until(async () => ((await json("ip", "addr", "show")) as unknown[]).length === 4);
    const addresses = (await json("ip", "addr", "show")) as { readonly address: string; readonly dev: string }[];
    const [from, to] = [addresses[0], addresses[1]];
    expect(await auxctl("ping", to?.address ?? "", "dev", from?.dev ?? "", "count", "2", "interval", "0.01")).toMatch(
      /loss: +0 %/,
    );
    await auxctl("ip", "link", "set", from?.dev ?? "", "down");
    expect(await auxctl("ip", "link", "show", from?.dev ?? "")).toMatch(/ down +down /);
    await auxctl("ip", "link", "set", from?.dev ?? "", "up", "mtu", "4000");
    expect(await auxctl("ip", "link", "show", from?.dev ?? "")).toContain("4000");

    // Traffic, and what becomes of it when the driver of one end goes.
    const figures = await auxctl("ib_write_bw", "mlx5_0", "irdma0", "duration", "0.3", "interval", "0.1");
    expect(figures.split("\n")[0]).toMatch(/SECONDS +BYTES +MESSAGES +MB\/S/i);
    expect(figures.trim().split("\n").length).toBeGreaterThan(2);
    expect(await auxctl("ib_send_lat", "mlx5_0", "mlx5_1", "iterations", "50")).toMatch(/ITERATIONS/i);
    const writing = background("ib_write_bw", "mlx5_0", "mlx5_1", "duration", "30", "interval", "0.05");
    await until(async () => writing.io.stdout.split("\n").length > 3);
    await auxctl("rmmod", "mlx5_ib");
    const { code, stderr } = await writing.ended;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^auxctl: mlx5_\d.*\(EIO\)$/m);
    expect(await ibNames()).toEqual(["irdma0", "irdma1"]);
    await auxctl("ping", to?.address ?? "", "dev", from?.dev ?? "", "count", "1");
    await auxctl("modprobe", "mlx5_ib");
    expect((await ibNames()).toSorted()).toEqual(["irdma0", "irdma1", "mlx5_0", "mlx5_1"]);

    // Parameters and reload.
    await auxctl("devlink", "dev", "param", "set", PF0, "name", "enable_rdma", "value", "false", "cmode", "driverinit");
    expect(await auxctl("devlink", "dev", "param", "show", PF0)).toMatch(/enable_rdma +driverinit +true +false/);
    expect(await auxctl("devlink", "dev", "reload", PF0)).toMatch(/driver_reinit/);
    expect((await ibNames()).filter((name) => name.startsWith("mlx5"))).toHaveLength(1);
    await auxctl("devlink", "dev", "param", "set", PF0, "--name", "enable_rdma", "--value", "true");
    await auxctl("devlink", "dev", "reload", PF0);
    await until(async () => (await ibNames()).length === 4);

    // A sub-function, and a vDPA device of it.
    expect(
      await bus.auxctl("devlink", "port", "add", PF0, "flavour", "pcisf", "pfnum", "0", "sfnum", "88"),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Port add is only supported in eswitch switchdev mode or SF ports are disabled."),
    });
    await auxctl("devlink", "dev", "eswitch", "set", PF0, "mode", "switchdev");
    expect(await auxctl("devlink", "dev", "eswitch", "show", PF0)).toMatch(/switchdev/);
    const { port } = (await json("devlink", "port", "add", PF0, "flavour", "pcisf", "pfnum", "0", "sfnum", "88")) as {
      readonly port: string;
    };
    await auxctl("devlink", "port", "function", "set", port, "state", "active");
    await until(async () => (await auxctl("devlink", "port", "show", PF0)).includes("attached"));
    await until(async () => ((await json("vdpa", "mgmtdev", "show")) as unknown[]).length === 1);
    const [mgmtdev] = (await json("vdpa", "mgmtdev", "show")) as { readonly mgmtdev: string }[];
    await auxctl("vdpa", "dev", "add", "v0", "mgmtdev", mgmtdev?.mgmtdev ?? "", "mtu", "9000");
    expect(await auxctl("vdpa", "dev", "show")).toMatch(/v0 .*9000/);
    await auxctl("vdpa", "dev", "del", "v0");
    await auxctl("devlink", "port", "del", port);
    await auxctl("devlink", "dev", "eswitch", "set", PF0, "mode", "legacy");

    // Hardware that fails, and what helps.
    expect(await auxctl("sim", "show", "0000:08:00.0")).toMatch(/fatal +0/);
    await auxctl("sim", "set", "0000:08:00.0", "fatal", "1");
    await until(async () => /fw_fatal +healthy +1 +1/.test(await auxctl("devlink", "health", "show", PF0)));
    expect(await bus.auxctl("sim", "set", "0000:08:00.0", "colour", "1")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("it has"),
    });
    expect(await bus.auxctl("sim", "show", "0000:00:00.0")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("0000:08:00.0"),
    });

    // A bond in hardware.
    await auxctl("ip", "link", "add", "bond0", "type", "bond");
    const mlx5 = ((await json("ip", "link", "show")) as { readonly name: string; readonly parent: string }[]).filter(
      ({ parent }) => parent.startsWith("0000:08"),
    );
    for (const { name } of mlx5) await auxctl("ip", "link", "set", name, "master", "bond0");
    await until(async () => (await ibNames()).includes("mlx5_bond_0"));
    await auxctl("ip", "link", "set", mlx5[0]?.name ?? "", "nomaster");
    await until(async () => !(await ibNames()).includes("mlx5_bond_0"));
    await auxctl("ip", "link", "del", "bond0");
  });
});
