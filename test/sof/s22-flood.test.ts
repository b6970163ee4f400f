import { type AuxiliaryDevice, defineAuxiliaryDriver } from "auxbus";
import type { FwState } from "@auxbus/snd_sof";
import { afterEach, describe, expect, test } from "vitest";
import { Machine } from "./machine.ts";

const COUNT = "sof/ipc_flood_count";
const DURATION = "sof/ipc_flood_duration_ms";
const RESULT =
  /^IPC Flood count: (\d+)\nAvg response time: (\d+)ns\nMax response time: (\d+)ns\nMin response time: (\d+)ns\n$/;

let machine: Machine;

afterEach(() => machine.end());

/** Puts a driver of the test's own in place of the one of `ipc_flood.1`, that hears what the firmware does. */
async function watchFirmware(): Promise<FwState[]> {
  const states: FwState[] = [];
  const watcher = defineAuxiliaryDriver({
    name: "watcher",
    idTable: [{ name: "snd_sof.ipc_flood" }],
    probe: (device: AuxiliaryDevice<"snd_sof.ipc_flood">) =>
      device.shared.registerFwStateHandler((state) => void states.push(state)),
    remove: (device: AuxiliaryDevice<"snd_sof.ipc_flood">) => device.shared.unregisterFwStateHandler(),
  });
  await machine.unbindClient("snd_sof_ipc_flood_test", "ipc_flood.1");
  await machine.run(machine.core.auxiliary.register(watcher, { module: "test" }));
  return states;
}

describe("22: IPC flood", () => {
  test("boots the DSP, sends 1000 messages, is clamped to 10000; 0 and abc run nothing; then all goes to sleep", async () => {
    machine = await Machine.booted();
    const states = await watchFirmware();
    await machine.runtime.advance(6000);
    expect(machine.dsp.state, "nobody used it").toBe("off");
    expect(states).toEqual(["NOT_STARTED"]);

    const commands: number[] = [];
    machine.dsp.onCommand = (command) => void commands.push(command);
    expect(await machine.write(COUNT, "1000\n"), "bytes written").toBe(5);
    expect(states, "it was booted").toEqual(["NOT_STARTED", "COMPLETE"]);
    expect(commands.slice(0, 2), "pipelines and context").toEqual([0x3010_0000, 0x4002_0000]);
    expect(commands.slice(2)).toEqual(Array.from({ length: 1000 }, () => 0xb001_0000));

    const text = await machine.read(COUNT);
    expect(text).toMatch(RESULT);
    const [count = 0, average = 0, max = 0, min = 0] = (RESULT.exec(text) ?? []).slice(1).map(Number);
    expect(count).toBe(1000);
    // The mailbox answers in 0.02 to 0.2 ms.
    expect(min).toBeGreaterThanOrEqual(20_000);
    expect(average).toBeGreaterThan(min);
    expect(max).toBeGreaterThan(average);
    expect(max).toBeLessThanOrEqual(200_000);

    await machine.write(COUNT, "20000");
    expect(await machine.read(COUNT), "clamped").toMatch(/^IPC Flood count: 10000\n/);

    const old = await machine.read(COUNT);
    const before = machine.dsp.messages;
    expect(await machine.write(COUNT, "0"), "accepted").toBe(1);
    expect(machine.dsp.messages, "no test was run").toBe(before);
    expect(await machine.read(COUNT)).toBe(old);

    for (const bad of ["abc", "-1", "1 2", "", "1e3", "0x"]) {
      await expect(machine.write(COUNT, bad), bad).rejects.toMatchObject({ code: "EINVAL" });
    }
    expect(machine.dsp.messages).toBe(before);

    const flood = machine.client("ipc_flood.0");
    await machine.write(COUNT, "1");
    await machine.runtime.advance(2999.5);
    expect(flood.runtimePm.status).toBe("active");
    await machine.runtime.advance(1);
    expect(flood.runtimePm.status, "3 s after its last use").toBe("suspended");
    await machine.runtime.advance(1999);
    expect(machine.dsp.state).toBe("running");
    await machine.runtime.advance(1);
    expect(machine.dsp.state, "2 s later").toBe("off");
    expect(states.at(-1)).toBe("NOT_STARTED");

    await machine.write(COUNT, "1");
    expect(machine.dsp.state, "the next write boots again").toBe("running");
    expect(states.at(-1)).toBe("COMPLETE");
  });

  test("by time: as many as go into so many milliseconds, at most 1000", async () => {
    machine = await Machine.booted({}, { latency: [0.5, 0.5] });
    await machine.write(DURATION, "50");
    expect(await machine.read(DURATION)).toMatch(/^IPC Flood test duration: 50ms\nIPC Flood count: 101\nAvg/);
    const start = machine.runtime.now();
    await machine.write("sof/snd_sof.ipc_flood.0/ipc_flood_duration_ms", "5000");
    expect(machine.runtime.now() - start).toBeGreaterThanOrEqual(1000);
    expect(machine.runtime.now() - start).toBeLessThan(1001);
    expect(await machine.read(DURATION)).toMatch(/^IPC Flood test duration: 1000ms\nIPC Flood count: 2001\n/);
    expect(await machine.read(COUNT), "both files show the last test").toMatch(/^IPC Flood test duration: 1000ms\n/);
  });

  test("average is an integer division; hexadecimal and octal numbers are taken", async () => {
    machine = await Machine.booted();
    let call = 0;
    machine.dsp.latency = () => [0.1, 0.2, 0.200001][call++ % 3] ?? 0;
    await machine.write(COUNT, "0x3");
    expect(await machine.read(COUNT)).toBe(
      "IPC Flood count: 3\nAvg response time: 166667ns\nMax response time: 200001ns\nMin response time: 100000ns\n",
    );
    await machine.write(COUNT, "010");
    expect(await machine.read(COUNT)).toMatch(/^IPC Flood count: 8\n/);
  });

  test("each client has files of its own, and only the first has links in the folder sof", async () => {
    machine = await Machine.booted();
    expect(await machine.read(COUNT), "before any test").toBe("");
    await machine.write("sof/snd_sof.ipc_flood.1/ipc_flood_count", "2");
    expect(await machine.read("sof/snd_sof.ipc_flood.1/ipc_flood_count")).toMatch(/^IPC Flood count: 2\n/);
    expect(await machine.read(COUNT), "the first has not run").toBe("");
    await machine.unbindClient("snd_sof_ipc_flood_test", "ipc_flood.0");
    expect(machine.debugfs.list("sof")).toEqual(["ipc_msg_inject", "snd_sof.ipc_flood.1"]);
  });

  test("an error ends it: what was measured is kept, unless it is the first message", async () => {
    machine = await Machine.booted();
    await machine.write(COUNT, "4");
    const old = await machine.read(COUNT);
    machine.dsp.faults.errorReplies = 1;
    machine.since();
    await expect(machine.write(COUNT, "10")).rejects.toMatchObject({ code: "EINVAL" });
    expect(machine.since()).toEqual(["error: snd_sof.ipc_flood.0: ipc flood test failed at 0 iterations"]);
    expect(await machine.read(COUNT)).toBe(old);
    machine.dsp.onCommand = () => {
      if (machine.dsp.messages === 9) machine.dsp.faults.dropReplies = 1;
    };
    await expect(machine.write(COUNT, "10")).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(machine.since()).toEqual([
      "error: 0000:00:1f.3: ipc tx timed out for 0xb0010000 (msg/reply size: 8/12)",
      "error: snd_sof.ipc_flood.0: ipc flood test failed at 3 iterations",
    ]);
    expect(await machine.read(COUNT)).toMatch(/^IPC Flood count: 3\n/);
    await machine.write(COUNT, "5");
    expect(await machine.read(COUNT), "a lost answer is no crash").toMatch(/^IPC Flood count: 5\n/);
  });

  test("an answer that comes after its timeout is nobody's", async () => {
    machine = await Machine.booted();
    machine.dsp.latency = () => 600;
    await expect(machine.write(COUNT, "1")).rejects.toMatchObject({ code: "ETIMEDOUT" });
    machine.dsp.latency = () => 300;
    await machine.write(COUNT, "2");
    expect(await machine.read(COUNT)).toMatch(/Max response time: 300000000ns\nMin response time: 300000000ns\n$/);
  });

  test("the injector sends what it is given", async () => {
    machine = await Machine.booted();
    const file = "sof/ipc_msg_inject";
    expect(await machine.read(file)).toBe("");
    const handle = await machine.run(machine.debugfs.open(file));
    const message = new Uint8Array([8, 0, 0, 0, 0, 0, 1, 0xb0]);
    expect(await machine.run(handle.write(message))).toBe(8);
    expect([...(await machine.run(handle.read()))]).toEqual([12, 0, 0, 0, 0, 0, 1, 0xb0, 0, 0, 0, 0]);
    await machine.run(handle.close());
    await expect(machine.write(file, new Uint8Array(385))).rejects.toMatchObject({ code: "ENOBUFS" });
    await expect(machine.write(file, new Uint8Array(7))).rejects.toMatchObject({ code: "EINVAL" });
    machine.dsp.faults.errorReplies = 1;
    machine.dsp.faults.errorCode = -95;
    await expect(machine.write(file, message)).rejects.toMatchObject({ code: "EOPNOTSUPP" });
  });
});
