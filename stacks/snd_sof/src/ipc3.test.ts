import { expect, test } from "vitest";
import { ipc3Command, ipc3Error, ipc3Message, ipc3Words, MAX_PAYLOAD } from "./ipc3.ts";

test("a message begins with its size and the command, little-endian", () => {
  expect([...ipc3Message(ipc3Command.testIpcFlood)]).toEqual([8, 0, 0, 0, 0, 0, 1, 0xb0]);
  expect([...ipc3Message(1, [0xffff_ffff])]).toEqual([12, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255]);
});

test("words come back, also from a part of a buffer; bytes over do not count", () => {
  const message = ipc3Message(7, [1, -1]);
  expect(ipc3Words(message)).toEqual([16, 7, 1, 0xffff_ffff]);
  expect(ipc3Words(message, 8)).toEqual([1, 0xffff_ffff]);
  expect(ipc3Words(new Uint8Array([9, ...message, 1, 2]).subarray(1))).toEqual([16, 7, 1, 0xffff_ffff]);
  expect(ipc3Words(new Uint8Array(3))).toEqual([]);
});

test("the third word of a reply is its error", () => {
  expect(ipc3Error(ipc3Message(1, [-22]))).toBe(-22);
  expect(ipc3Error(ipc3Message(1, [0]))).toBe(0);
  expect(ipc3Error(ipc3Message(1)), "a reply without one").toBe(0);
});

test("numbers of the commands", () => {
  expect(MAX_PAYLOAD).toBe(384);
  expect(ipc3Command.testIpcFlood >>> 0).toBe(((0xb << 28) >>> 0) + (1 << 16));
  const probes = { probeInit: 1, probeDeinit: 2, probePointAdd: 6, probePointInfo: 7, probePointRemove: 8 } as const;
  for (const [name, call] of Object.entries(probes)) {
    expect(Object.entries(ipc3Command).find(([key]) => key === name)?.[1], name).toBe(
      ((0xc << 28) >>> 0) + (call << 16),
    );
  }
});
