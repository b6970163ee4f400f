import { afterEach, describe, expect, test } from "vitest";
import { GLUE, Machine } from "./machine.ts";

const POINTS = "sof/probe_points";
const REMOVE = "sof/probe_points_remove";
const PARAMS = { fragmentSize: 4096, fragments: 4, sampleRate: 48_000, channels: 2 };

let machine: Machine;

afterEach(() => machine.end());

function watchCommands(): string[] {
  const names = ["", "INIT", "DEINIT", "", "", "", "POINT_ADD", "POINT_INFO", "POINT_REMOVE"];
  const commands: string[] = [];
  machine.dsp.onCommand = (command) => {
    if (command >>> 28 === 0xc) commands.push(names[(command >>> 16) & 0xfff] ?? "?");
  };
  return commands;
}

describe("25: probes stream", () => {
  test("open pins the glue; points are added, listed and removed; close ends it; without a stream there is nothing", async () => {
    machine = await Machine.booted({ enable: true });
    expect(machine.bound("hda-probes.0")).toBe("snd_sof_probes");
    expect(machine.sound.cards()).toMatchObject([
      { index: 0, name: "sof-hda-dsp" },
      { index: 1, name: "sof-probes", links: ["Compress Probe Capture"] },
    ]);
    expect(machine.sound.components().map(({ dais }) => dais)).toContainEqual(["Probe Extraction CPU DAI"]);
    const commands = watchCommands();

    const stream = await machine.run(machine.sound.openCapture("sof-probes"));
    await expect(machine.unload(GLUE)).rejects.toThrow(/EBUSY.*snd_sof client hda-probes\.0/);
    expect(machine.dsp.freeStreams).toBe(3);
    await machine.run(stream.setParams(PARAMS));
    expect(commands.splice(0)).toEqual(["INIT"]);
    await machine.run(stream.start());

    expect(await machine.write(POINTS, "1,0,1")).toBe(5);
    await machine.write(POINTS, "0x10,1,2, 17,0,3\n");
    expect(await machine.read(POINTS)).toBe(
      "Id: 0x00000001  Purpose: 0  Node id: 0x1\n" +
        "Id: 0x00000010  Purpose: 1  Node id: 0x2\n" +
        "Id: 0x00000011  Purpose: 0  Node id: 0x3\n",
    );
    for (const bad of ["1,2", "1,x,2", "", "-1,0,1", "1,0,4294967296", "1,,2"]) {
      await expect(machine.write(POINTS, bad), bad).rejects.toMatchObject({ code: "EINVAL" });
    }
    await expect(machine.write(POINTS, "1,x,2")).rejects.toThrow(/"x" is no integer/);

    await machine.runtime.advance(100);
    expect(await stream.pointer(), "48 kHz, two channels of 32 bits").toBeGreaterThanOrEqual(38_400);
    expect(await stream.copy(1000)).toHaveLength(1000);
    expect(await stream.copy(1e9)).toHaveLength((await stream.pointer()) - 1000);
    expect(await stream.copy(1)).toHaveLength(0);
    await machine.write(REMOVE, "16");
    expect(machine.dsp.probes.points.map(({ id }) => id)).toEqual([1, 17]);

    commands.splice(0);
    machine.since();
    await machine.run(stream.close());
    expect(commands).toEqual(["POINT_INFO", "POINT_REMOVE", "POINT_REMOVE", "DEINIT"]);
    expect(machine.dsp.probes.points).toEqual([]);
    expect(machine.dsp.freeStreams).toBe(4);
    expect(machine.module(GLUE).refs, "unpinned").toBe(0);
    expect(machine.since()).toEqual([]);

    for (const use of [
      () => machine.write(POINTS, "1,0,1"),
      () => machine.write(POINTS, "nonsense"),
      () => machine.write(REMOVE, "1"),
      () => machine.read(POINTS),
    ]) {
      await expect(use()).rejects.toMatchObject({ code: "ENOENT" });
      expect(machine.since()).toEqual(["warn: snd_sof.hda-probes.0: no extractor stream running"]);
    }
    await machine.unload(GLUE);
  });

  test("no host DMA stream is free: EBUSY, and nothing is pinned", async () => {
    machine = await Machine.booted({ enable: true });
    machine.dsp.faults.noStreams = true;
    await expect(machine.run(machine.sound.openCapture("sof-probes"))).rejects.toMatchObject({ code: "EBUSY" });
    expect(machine.module(GLUE).refs).toBe(0);
    expect(machine.client("hda-probes.0").runtimePm.usageCount).toBe(0);
    machine.dsp.faults.noStreams = false;
    const stream = await machine.run(machine.sound.openCapture("sof-probes"));
    await expect(machine.run(machine.sound.openCapture("sof-probes"))).rejects.toMatchObject({ code: "EBUSY" });
    await machine.run(stream.close());
  });

  test("the DSP stays awake while a stream is open, and sleeps afterwards", async () => {
    machine = await Machine.booted({ enable: true });
    await machine.runtime.advance(6000);
    expect(machine.dsp.state).toBe("off");
    const stream = await machine.run(machine.sound.openCapture("sof-probes"));
    await machine.run(stream.setParams(PARAMS));
    await machine.runtime.advance(60_000);
    expect(machine.dsp.state).toBe("running");
    await machine.run(stream.close());
    await machine.runtime.advance(5100);
    expect(machine.dsp.state).toBe("off");
  });

  test.each(["client", "PCI device"])("unbinding the %s closes an open stream first", async (what) => {
    machine = await Machine.booted({ enable: true });
    const stream = await machine.run(machine.sound.openCapture("sof-probes"));
    await machine.run(stream.setParams(PARAMS));
    await machine.run(stream.start());
    await machine.write(POINTS, "1,0,1");
    const commands = watchCommands();
    machine.since();
    await (what === "client" ? machine.unbindClient("snd_sof_probes", "hda-probes.0") : machine.unbind());
    expect(commands).toEqual(["POINT_INFO", "POINT_REMOVE", "DEINIT"]);
    expect(stream.state).toBe("closed");
    expect(machine.dsp.freeStreams).toBe(4);
    expect(machine.module(GLUE).refs).toBe(0);
    expect(machine.since().filter((line) => /^(error|warn)/.test(line))).toEqual([]);
    await expect(machine.run(machine.sound.openCapture("sof-probes"))).rejects.toMatchObject({ code: "ENODEV" });
  });

  test("a DSP that answers no more: closing takes its time, says what failed, and gives everything back", async () => {
    machine = await Machine.booted({ enable: true });
    const stream = await machine.run(machine.sound.openCapture("sof-probes"));
    await machine.run(stream.setParams(PARAMS));
    machine.dsp.panic();
    machine.since();
    await machine.run(stream.close());
    expect(machine.since()).toEqual([
      "error: 0000:00:1f.3: ipc tx timed out for 0xc0070000 (msg/reply size: 8/384)",
      "error: snd_sof.hda-probes.0: failed to get probe points: ETIMEDOUT",
      "error: snd_sof.hda-probes.0: failed to deinit probe: ENODEV",
    ]);
    expect(machine.dsp.freeStreams).toBe(4);
    expect(machine.module(GLUE).refs).toBe(0);
  });
});
