import { DriverCore } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { expect, test } from "vitest";
import type { PciErrorHandlers } from "./aer.ts";
import { Dma } from "./dma.ts";
import { PciBus } from "./pci-bus.ts";
import type { PciDevice } from "./pci-device.ts";

async function plugged(handlers: PciErrorHandlers | null, log: string[]): Promise<{ bus: PciBus; device: PciDevice }> {
  const bus = PciBus.of(new DriverCore({ runtime: new VirtualRuntime() }));
  await bus.register(
    { name: "nic", idTable: [{ vendor: 1, device: 2 }], ...(handlers && { errorHandlers: handlers }) },
    { module: "nic" },
  );
  const fn = {
    address: "0000:01:00.0",
    vendor: 1,
    device: 2,
    class: 0,
    hardware: null,
    resetSlot: () => void log.push("reset"),
  };
  return { bus, device: await bus.plug(fn) };
}

function handlers(
  log: string[],
  answers: { detected: "can-recover" | "need-reset" | "disconnect"; dead?: boolean },
): PciErrorHandlers {
  return {
    errorDetected(_device, state) {
      log.push(`detected ${state}`);
      return answers.detected;
    },
    slotReset() {
      log.push("slot reset");
      return answers.dead === true ? "disconnect" : "recovered";
    },
    resume: () => void log.push("resume"),
  };
}

test("a driver that can go on goes on; one that wants a reset gets it; a frozen device gets it anyway", async () => {
  const log: string[] = [];
  for (const [detected, state, expected] of [
    ["can-recover", "normal", ["detected normal", "resume"]],
    ["need-reset", "normal", ["detected normal", "reset", "slot reset", "resume"]],
    ["can-recover", "frozen", ["detected frozen", "reset", "slot reset", "resume"]],
  ] as const) {
    const { bus, device } = await plugged(handlers(log, { detected }), log);
    await bus.reportError(device, state);
    expect(log.splice(0)).toEqual(expected);
  }
});

test("what cannot be recovered is said", async () => {
  const log: string[] = [];
  const dead = await plugged(handlers(log, { detected: "need-reset", dead: true }), log);
  await expect(dead.bus.reportError(dead.device, "frozen")).rejects.toThrow(/ENODEV.*dead after the reset/);
  const gone = await plugged(handlers(log, { detected: "disconnect" }), log);
  await expect(gone.bus.reportError(gone.device, "perm-failure")).rejects.toThrow(/ENODEV.*gave it up/);
  const none = await plugged(null, log);
  await expect(none.bus.reportError(none.device, "normal")).rejects.toThrow(/ENODEV.*its driver takes no part/);
});

test("devices reach only what is mapped", () => {
  const dma = Dma.of(new DriverCore());
  const buffer = new Uint8Array(10);
  const address = dma.map(buffer);
  dma.at(address, 2, 3).fill(7);
  expect([...buffer]).toEqual([0, 0, 7, 7, 7, 0, 0, 0, 0, 0]);
  expect(dma.map(new Uint8Array(5000))).not.toBe(address);
  for (const [offset, length] of [
    [8, 3],
    [-1, 2],
    [0, -1],
  ] as const) {
    expect(() => dma.at(address, offset, length)).toThrow(/EFAULT/);
  }
  dma.unmap(address);
  expect(() => dma.at(address, 0, 1)).toThrow(/EFAULT/);
  expect(() => dma.unmap(address)).toThrow(/EINVAL/);
  expect(dma.size).toBe(1);
});
