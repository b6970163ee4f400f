import { defineAuxiliaryDriver } from "auxbus";
import type { FwState } from "@auxbus/snd_sof";
import { afterEach, describe, expect, test } from "vitest";
import { Machine } from "./machine.ts";

const COUNT = "sof/ipc_flood_count";
const INJECT = "sof/ipc_msg_inject";

let machine: Machine;

afterEach(() => machine.end());

describe("24: DSP panic during a flood", () => {
  test("times out, keeps what was measured, tells the clients, closes the files; suspend and resume mend it", async () => {
    machine = await Machine.booted();
    const states: FwState[] = [];
    const watcher = defineAuxiliaryDriver({
      name: "watcher",
      idTable: [{ name: "snd_sof.ipc_flood" as const, contract: "1.x" }],
      probe: (device) => device.shared.registerFwStateHandler((state) => void states.push(state)),
      remove: (device) => device.shared.unregisterFwStateHandler(),
    });
    await machine.unbindClient("snd_sof_ipc_flood_test", "ipc_flood.1");
    await machine.run(machine.core.auxiliary.register(watcher, { module: "test" }));
    const handle = await machine.run(machine.debugfs.open(COUNT));
    machine.dsp.faults.panicAfter = 7;
    machine.since();

    const start = machine.runtime.now();
    await expect(machine.run(handle.write("100"))).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(machine.runtime.now() - start, "the last message had 500 ms").toBeGreaterThanOrEqual(500);
    expect(machine.since()).toEqual([
      "error: 0000:00:1f.3: ipc tx timed out for 0xb0010000 (msg/reply size: 8/12)",
      "error: snd_sof.ipc_flood.0: ipc flood test failed at 7 iterations",
    ]);
    expect(await machine.run(handle.readText()), "an open file still shows it").toMatch(/^IPC Flood count: 7\n/);
    await machine.run(handle.close());

    expect(states).toEqual(["CRASHED"]);
    for (const file of [COUNT, INJECT]) {
      await expect(machine.run(machine.debugfs.open(file)), file).rejects.toMatchObject({ code: "ENODEV" });
    }

    await machine.run(machine.core.power.suspend());
    expect(machine.dsp.state).toBe("off");
    await machine.run(machine.core.power.resume());
    expect(states).toEqual(["CRASHED", "NOT_STARTED", "COMPLETE"]);
    expect(await machine.read(COUNT)).toMatch(/^IPC Flood count: 7\n/);
    await machine.write(COUNT, "3");
    expect(await machine.read(COUNT)).toMatch(/^IPC Flood count: 3\n/);
  });

  test("going to sleep mends it, too", async () => {
    machine = await Machine.booted();
    machine.dsp.faults.panicAfter = 0;
    await expect(machine.write(COUNT, "1")).rejects.toMatchObject({ code: "ETIMEDOUT" });
    await machine.runtime.advance(6000);
    expect(machine.fwStates.at(-1)).toBe("NOT_STARTED");
    await machine.write(COUNT, "1");
    expect(await machine.read(COUNT)).toMatch(/^IPC Flood count: 1\n/);
  });

  test("a crashed DSP can be unbound and bound", async () => {
    machine = await Machine.booted({ enable: true });
    machine.dsp.faults.panicAfter = 0;
    await expect(machine.write(COUNT, "1")).rejects.toMatchObject({ code: "ETIMEDOUT" });
    await expect(machine.run(machine.sound.openCapture("sof-probes"))).rejects.toMatchObject({ code: "ENODEV" });
    expect(machine.module("snd_sof_pci_intel_tgl").refs).toBe(0);
    await machine.unbind();
    await machine.bind();
    await machine.write(COUNT, "1");
  });

  test("a boot that fails when a file wakes the DSP is the writer's error", async () => {
    machine = await Machine.booted();
    await machine.runtime.advance(6000);
    machine.dsp.faults.failBoots = 1;
    await expect(machine.write(COUNT, "1")).rejects.toThrow(/parent could not be resumed/);
    expect(machine.pci.runtimePm.statusText).toBe("error");
    await machine.unbind();
    await machine.bind();
    await machine.write(COUNT, "1");
  });
});
