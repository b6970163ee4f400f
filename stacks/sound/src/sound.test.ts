import { DriverCore, errnoOf } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, describe, expect, test } from "vitest";
import type { CompressOps, CompressParams } from "./compress.ts";
import { Sound, type SoundCard } from "./sound.ts";

const PARAMS: CompressParams = { fragmentSize: 1024, fragments: 4, sampleRate: 48_000, channels: 2 };

let runtime: VirtualRuntime;
let sound: Sound;
let calls: string[];

beforeEach(() => {
  runtime = new VirtualRuntime();
  sound = Sound.of(new DriverCore({ runtime }));
  calls = [];
});

const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => "ok", errnoOf);

/** A driver that writes down what it is told, and whose calls take 10 ms each. */
function slowOps(failing?: string): CompressOps {
  const call = async (name: string): Promise<void> => {
    calls.push(name);
    await new Promise<void>((resolve) => runtime.setTimer(resolve, 10));
    if (name === failing) throw new Error(`${name} fails`);
    calls.push(`${name} done`);
  };
  return {
    startup: () => call("startup"),
    shutdown: () => call("shutdown"),
    setParams: ({ channels }) => call(`setParams ${channels}`),
    trigger: (command) => call(command),
    pointer: () => 100,
    copy: (bytes) => new Uint8Array(Math.min(bytes, 100)),
  };
}

async function run<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  await runtime.advance(1000);
  return promise;
}

function captureCard(ops: CompressOps): SoundCard {
  return sound.registerCard("probes", { links: ["Capture"], compress: ops });
}

describe("cards and components", () => {
  test("a card gets the lowest free index", async () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => sound.registerCard(name));
    expect([a, b, c].map((card) => card?.index)).toEqual([0, 1, 2]);
    if (b !== undefined) await sound.unregisterCard(b);
    expect(sound.cards().map(({ name }) => name)).toEqual(["a", "c"]);
    expect(sound.registerCard("d").index).toBe(1);
    if (b !== undefined) await sound.unregisterCard(b);
    expect(sound.cards(), "what has gone does not go again").toHaveLength(3);
  });

  test("names are taken once", () => {
    sound.registerCard("a");
    expect(() => sound.registerCard("a")).toThrow(/EEXIST.*a/);
    sound.registerComponent({ name: "component", dais: ["DAI"] });
    expect(() => sound.registerComponent({ name: "component", dais: [] })).toThrow(/EEXIST/);
    expect(sound.components()).toEqual([{ name: "component", dais: ["DAI"] }]);
    sound.unregisterComponent("component");
    expect(sound.components()).toEqual([]);
  });
});

describe("a capture stream", () => {
  test("open, set parameters, start, copy, stop, close", async () => {
    captureCard(slowOps());
    const stream = await run(sound.openCapture("probes"));
    expect(stream.state).toBe("open");
    await run(stream.setParams(PARAMS));
    expect(stream.state).toBe("prepared");
    await run(stream.start());
    expect(await stream.pointer()).toBe(100);
    expect(await stream.copy(50)).toHaveLength(50);
    await run(stream.stop());
    await run(stream.start());
    await run(stream.close());
    expect(stream.state).toBe("closed");
    expect(calls.filter((name) => !name.endsWith("done"))).toEqual([
      "startup",
      "setParams 2",
      "start",
      "stop",
      "start",
      "stop",
      "shutdown",
    ]);
  });

  test("out of turn is an error", async () => {
    captureCard(slowOps());
    const stream = await run(sound.openCapture("probes"));
    expect(await codeOf(stream.start())).toBe("EINVAL");
    expect(await codeOf(stream.copy(1))).toBe("EINVAL");
    await run(stream.setParams(PARAMS));
    expect(await codeOf(stream.setParams(PARAMS))).toBe("EINVAL");
    expect(await codeOf(stream.stop())).toBe("EINVAL");
    await run(stream.close());
    expect(await codeOf(stream.start())).toBe("EINVAL");
    expect(await codeOf(stream.pointer())).toBe("EINVAL");
  });

  test("one at a time; none on a card that has none, or that is not there", async () => {
    captureCard(slowOps());
    sound.registerCard("playback");
    const opening = sound.openCapture("probes");
    expect(await codeOf(sound.openCapture("probes")), "while it is being opened").toBe("EBUSY");
    const stream = await run(opening);
    expect(await codeOf(sound.openCapture("probes"))).toBe("EBUSY");
    const closing = stream.close();
    expect(await codeOf(sound.openCapture("probes")), "while it is being closed").toBe("EBUSY");
    await run(closing);
    await run((await run(sound.openCapture("probes"))).close());
    expect(await codeOf(sound.openCapture("playback"))).toBe("ENODEV");
    expect(await codeOf(sound.openCapture("nobody"))).toBe("ENODEV");
  });

  test("that cannot be opened can be tried again", async () => {
    captureCard(slowOps("startup"));
    await expect(run(sound.openCapture("probes"))).rejects.toThrow("startup fails");
    await expect(run(sound.openCapture("probes"))).rejects.toThrow("startup fails");
  });

  test.each(["stop", "shutdown"])("is closed even when %s fails", async (failing) => {
    captureCard(slowOps(failing));
    const stream = await run(sound.openCapture("probes"));
    await run(stream.setParams(PARAMS));
    await run(stream.start());
    await expect(run(stream.close())).rejects.toThrow(`${failing} fails`);
    expect(calls.filter((name) => name === "shutdown")).toHaveLength(1);
    expect(stream.state).toBe("closed");
    await run(sound.openCapture("probes"));
  });

  test("taking the card away closes it, and waits for a close that is going on", async () => {
    const card = captureCard(slowOps());
    const stream = await run(sound.openCapture("probes"));
    void stream.close();
    await run(sound.unregisterCard(card));
    expect(calls.slice(-2)).toEqual(["shutdown", "shutdown done"]);
    expect(sound.cards()).toEqual([]);
  });

  test("taking the card away waits for an open that is going on, and admits no new one", async () => {
    const card = captureCard(slowOps());
    const opening = sound.openCapture("probes");
    const going = sound.unregisterCard(card);
    expect(await codeOf(sound.openCapture("probes"))).toBe("ENODEV");
    await run(going);
    expect((await opening).state).toBe("closed");
    expect(calls).toEqual(["startup", "startup done", "shutdown", "shutdown done"]);
  });

  test("closed while its parameters are set: one after the other", async () => {
    captureCard(slowOps());
    const stream = await run(sound.openCapture("probes"));
    const setting = stream.setParams(PARAMS);
    await run(stream.close());
    await setting;
    expect(stream.state).toBe("closed");
    expect(calls.slice(2)).toEqual(["setParams 2", "setParams 2 done", "shutdown", "shutdown done"]);
  });
});
