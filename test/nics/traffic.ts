import { type Bandwidth, connectEnds, type RdmaEnd, writeBw } from "@auxbus/perftest";
import type { UserCq, Wc } from "@auxbus/rdma";
import { expect } from "vitest";
import type { Rig } from "./rig.ts";

/** Brings a network device up and gives it an address. */
export async function bringUp(rig: Rig, name: string, address: string): Promise<void> {
  await rig.run(rig.netdevs.setUp(name, true));
  await rig.run(rig.netdevs.addAddress(name, address));
}

/** Milliseconds until a reply came. */
export function ping(rig: Rig, name: string, address: string): Promise<number> {
  return rig.run(rig.netdevs.inet.ping(rig.netdevs.get(name), address));
}

/** Two connected queue pairs. */
export function connect(rig: Rig, from: string, to: string, bytes = 4096): Promise<[RdmaEnd, RdmaEnd]> {
  rig.network.latency = 0.01;
  return rig.run(connectEnds(rig.rdma, [from, to], bytes));
}

/** Completions, one at least. */
export function completions(rig: Rig, cq: UserCq): Promise<readonly Wc[]> {
  return rig.run(cq.wait());
}

/** RDMA writes that go on until they fail, or are aborted. */
export interface Writing {
  readonly figures: Bandwidth[];
  /** Why it has ended; undefined when it was aborted. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

export function write(rig: Rig, from: string, to: string, size = 4096): Writing {
  // Without it no time would pass.
  rig.network.latency = 0.2;
  const controller = new AbortController();
  const figures: Bandwidth[] = [];
  const run = async (): Promise<unknown> => {
    const options = { devices: [from, to], size, duration: Infinity, interval: 1, signal: controller.signal } as const;
    try {
      for await (const figure of writeBw(rig.rdma, rig.runtime, options)) figures.push(figure);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  return { figures, ended: run(), stop: () => controller.abort() };
}

/** All network devices work, from the first to the last, and so do two RDMA devices. */
export async function expectTraffic(rig: Rig, from: string, to: string): Promise<void> {
  const names = rig.netdevNames();
  for (const [i, name] of names.entries()) await bringUp(rig, name, `10.0.0.${i + 1}`);
  await ping(rig, names[0] ?? "", `10.0.0.${names.length}`);
  const writing = write(rig, from, to);
  await rig.pass(10);
  writing.stop();
  expect(await rig.run(writing.ended)).toBeUndefined();
}
