import { BusError, DriverCore } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { expect, test } from "vitest";
import { SimulatedDsp } from "./dsp.ts";
import { dspKnobs } from "./knobs.ts";

const runtime = new VirtualRuntime();
const core = new DriverCore({ runtime });
const dsp = new SimulatedDsp(runtime);
core.addRootDevice("board", { attributes: { simulated: dspKnobs(dsp) } });
const read = (file: string): string => core.sysfs.read(`devices/board/simulated/${file}`);
const write = (file: string, text: string): Promise<void> => core.sysfs.write(`devices/board/simulated/${file}`, text);

test("every fault has a file that shows and sets it", async () => {
  const files: Record<string, keyof typeof dsp.faults> = {
    drop_replies: "dropReplies",
    error_replies: "errorReplies",
    error_code: "errorCode",
    panic_after: "panicAfter",
    fail_loads: "failLoads",
    fail_boots: "failBoots",
    bad_readies: "badReadies",
  };
  for (const [file, fault] of Object.entries(files)) {
    expect(read(file)).toBe(`${Number(dsp.faults[fault])}\n`);
    await write(file, "-7\n");
    expect(dsp.faults[fault]).toBe(-7);
    for (const bad of ["", "x", "1.5"]) {
      await expect(write(file, bad), file).rejects.toBeInstanceOf(BusError);
    }
  }
  await write("no_streams", "1");
  expect(dsp.faults.noStreams).toBe(true);
  expect(read("no_streams")).toBe("1\n");
  await expect(write("no_streams", "yes")).rejects.toMatchObject({ code: "EINVAL" });
  expect(Object.keys(files).length + 1, "no fault without a file").toBe(Object.keys(dsp.faults).length);
});

test("latency is one number or two", async () => {
  expect(read("latency")).toBe("0.02 0.2\n");
  await write("latency", "5");
  expect(dsp.latency).toEqual([5, 5]);
  await write("latency", "0.5 30");
  expect(dsp.latency).toEqual([0.5, 30]);
  await expect(write("latency", "fast")).rejects.toMatchObject({ code: "EINVAL" });
  dsp.latency = () => 1;
  expect(read("latency")).toBe("a function\n");
});

test("what it does can be seen, and it can be made to panic", async () => {
  Object.assign(dsp.faults, { failLoads: 0, failBoots: 0, badReadies: 0 });
  expect(read("state")).toBe("off\n");
  dsp.powerUp();
  dsp.load();
  dsp.start("1");
  await runtime.advance(5);
  expect([read("state"), read("boots"), read("messages"), read("free_streams")]).toEqual([
    "running\n",
    "1\n",
    "0\n",
    "4\n",
  ]);
  await write("panic", "1");
  expect(read("state")).toBe("panicked\n");
});
