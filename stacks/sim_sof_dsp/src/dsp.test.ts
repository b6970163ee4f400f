import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { type DspInterrupt, type DspOptions, SimulatedDsp } from "./dsp.ts";
import { longTail } from "./latency.ts";
import { messageWords } from "./mailbox.ts";
import { Random } from "./random.ts";

let runtime: VirtualRuntime;
let dsp: SimulatedDsp;
let interrupts: DspInterrupt[];

function make(options?: DspOptions): void {
  runtime = new VirtualRuntime();
  dsp = new SimulatedDsp(runtime, options);
  interrupts = [];
  dsp.onInterrupt = (interrupt) => void interrupts.push(interrupt);
}

async function boot(): Promise<void> {
  dsp.powerUp();
  expect(dsp.load()).toBe(true);
  dsp.start("1.2.3");
  await runtime.advance(5);
  interrupts.splice(0);
}

function message(command: number, ...words: number[]): Uint8Array {
  return new Uint8Array(new Uint32Array([8 + words.length * 4, command, ...words]).buffer);
}

/** Sends a message and returns the words of the answer. */
async function ask(command: number, ...words: number[]): Promise<number[] | undefined> {
  dsp.write(message(command, ...words));
  await runtime.advance(1000);
  const interrupt = interrupts.shift();
  return interrupt?.type === "reply" ? messageWords(interrupt.message).map((word) => word | 0) : undefined;
}

beforeEach(() => make());

describe("boot", () => {
  test("power, load, start, ready", async () => {
    expect(dsp.state).toBe("off");
    expect(dsp.load(), "without power").toBe(false);
    dsp.powerUp();
    dsp.start("1.2.3");
    expect(dsp.state, "there is nothing to start").toBe("powered");
    expect(dsp.load()).toBe(true);
    dsp.start("1.2.3");
    expect(dsp.state).toBe("booting");
    await runtime.advance(4.9);
    expect(interrupts).toEqual([]);
    await runtime.advance(0.1);
    expect(interrupts).toEqual([{ type: "ready", version: "1.2.3", abi: 3 }]);
    expect(dsp.state).toBe("running");
    expect(dsp.boots).toBe(1);
  });

  test("a load fails, a boot is never ready, a boot speaks another version, then all is well", async () => {
    Object.assign(dsp.faults, { failLoads: 1, failBoots: 1, badReadies: 1 });
    dsp.powerUp();
    expect(dsp.load()).toBe(false);
    expect(dsp.load()).toBe(true);
    dsp.start("1.2.3");
    await runtime.advance(10_000);
    expect(dsp.state).toBe("booting");
    expect(interrupts).toEqual([]);
    for (const abi of [4, 3]) {
      dsp.powerDown();
      dsp.powerUp();
      expect(dsp.load()).toBe(true);
      dsp.start("1.2.3");
      await runtime.advance(5);
      expect(interrupts.pop()).toEqual({ type: "ready", version: "1.2.3", abi });
    }
  });

  test("power down during a boot ends it", async () => {
    dsp.powerUp();
    dsp.load();
    dsp.start("1.2.3");
    dsp.powerDown();
    await runtime.advance(100);
    expect(interrupts).toEqual([]);
    expect(dsp.state).toBe("off");
    expect(runtime.timers).toBe(0);
  });
});

describe("mailbox", () => {
  test("answers with the command and no error, within the latency", async () => {
    make({ latency: [2, 3] });
    await boot();
    const times: number[] = [];
    for (let i = 0; i < 50; i++) {
      const start = runtime.now();
      dsp.write(message(0xb001_0000));
      await runtime.advance((runtime.nextTimer ?? start) - start);
      times.push(runtime.now() - start);
    }
    expect(Math.min(...times)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...times)).toBeLessThan(3);
    expect(new Set(times).size).toBeGreaterThan(40);
    expect(interrupts.splice(0)).toHaveLength(50);
    expect(await ask(0xb001_0000)).toEqual([12, 0xb001_0000 | 0, 0]);
    expect(dsp.messages).toBe(51);
  });

  test("the same seed gives the same latencies", async () => {
    const run = async (seed: number): Promise<number> => {
      make({ seed });
      await boot();
      for (let i = 0; i < 10; i++) {
        dsp.write(message(1));
        await runtime.advance((runtime.nextTimer ?? 0) - runtime.now());
      }
      return runtime.now();
    };
    expect(await run(7)).toBe(await run(7));
    expect(await run(7)).not.toBe(await run(8));
  });

  test("latency is any distribution, and may change while it runs", async () => {
    await boot();
    dsp.latency = () => 42;
    dsp.write(message(1));
    expect((runtime.nextTimer ?? 0) - runtime.now()).toBe(42);
    const random = new Random(1);
    const draw = longTail(1, 100, 50);
    const draws = Array.from({ length: 5000 }, () => draw(random));
    const slow = draws.filter((ms) => ms > 10).length;
    expect(slow).toBeGreaterThan(50);
    expect(slow).toBeLessThan(150);
  });

  test("there is room for one message: an unanswered one is answered no more", async () => {
    make({ latency: [10, 10] });
    await boot();
    dsp.write(message(1));
    await runtime.advance(9);
    dsp.write(message(2));
    await runtime.advance(100);
    expect(interrupts.map((i) => (i.type === "reply" ? messageWords(i.message)[1] : i.type))).toEqual([2]);
  });

  test("dropped, erroneous and good answers", async () => {
    await boot();
    Object.assign(dsp.faults, { dropReplies: 1, errorReplies: 1, errorCode: -5 });
    expect(await ask(1)).toBeUndefined();
    expect(await ask(1)).toEqual([12, 1, -5]);
    expect(await ask(1)).toEqual([12, 1, 0]);
  });

  test("a panic after two messages; nothing is answered until power was off", async () => {
    await boot();
    const commands: number[] = [];
    dsp.onCommand = (command) => void commands.push(command);
    dsp.faults.panicAfter = 2;
    expect(await ask(1)).toEqual([12, 1, 0]);
    expect(await ask(2)).toEqual([12, 2, 0]);
    expect(await ask(3)).toBeUndefined();
    expect(dsp.state).toBe("panicked");
    expect(await ask(4)).toBeUndefined();
    expect(commands, "a crashed firmware reads nothing").toEqual([1, 2, 3]);
    dsp.notify(message(5));
    expect(interrupts).toEqual([]);
    dsp.powerDown();
    await boot();
    expect(await ask(6)).toEqual([12, 6, 0]);
  });

  test("notifications come while the firmware runs", async () => {
    dsp.notify(message(1));
    expect(interrupts).toEqual([]);
    await boot();
    dsp.notify(message(0x9000_0000));
    expect(interrupts).toEqual([{ type: "notification", message: message(0x9000_0000) }]);
  });
});

test("host streams: lowest first, until none is left, or the knob says so", () => {
  make({ streams: 2 });
  expect([dsp.takeStream(), dsp.takeStream(), dsp.takeStream()]).toEqual([1, 2, undefined]);
  dsp.returnStream(2);
  dsp.returnStream(1);
  expect(dsp.freeStreams).toBe(2);
  expect(dsp.takeStream()).toBe(1);
  dsp.faults.noStreams = true;
  expect(dsp.takeStream()).toBeUndefined();
});

test("probe points: init, add, info, remove, deinit; anything out of turn is an error", async () => {
  await boot();
  const probe = (call: number, ...words: number[]): Promise<number[] | undefined> =>
    ask((0xc000_0000 | (call << 16)) >>> 0, ...words).then((reply) => reply?.slice(2));
  expect(await probe(6, 1, 1, 0, 1), "no init").toEqual([-19]);
  expect(await probe(1, 1, 1, 4096)).toEqual([0]);
  expect(await probe(1, 1, 1, 4096), "twice").toEqual([-22]);
  expect(await probe(6, 2, 5, 0, 1, 6, 1, 2)).toEqual([0]);
  expect(await probe(7)).toEqual([0, 2, 5, 0, 1, 6, 1, 2]);
  expect(await probe(2), "there are points").toEqual([-22]);
  expect(await probe(8, 1, 7), "no such point").toEqual([-22]);
  expect(await probe(8, 2, 5, 6)).toEqual([0]);
  expect(await probe(9), "no such call").toEqual([-22]);
  expect(await probe(2)).toEqual([0]);
  dsp.powerDown();
  expect(dsp.probes.points).toEqual([]);
});
