import type { Runtime } from "auxbus";
import type { Rdma } from "@auxbus/rdma";
import { expectSuccess, type MeasureOptions } from "./measure.ts";
import { connectEnds, type RdmaEnd } from "./rdma-end.ts";

export interface SendLatOptions extends MeasureOptions {
  /** How many round trips, and after how many of them there are figures. */
  readonly iterations: number;
  readonly every: number;
}

/** Half of a round trip, in microseconds, over all so far. */
export interface Latency {
  readonly iterations: number;
  readonly min: number;
  readonly typical: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Sends a message from one device to another and back, again and again, as `ib_send_lat`.
 *
 * @throws {BusError} `EIO` a message ended with an error, or the device has gone; as `connectEnds`
 */
export async function* sendLat(rdma: Rdma, runtime: Runtime, options: SendLatOptions): AsyncGenerator<Latency> {
  const { devices, size, iterations, every, signal } = options;
  const [client, server] = await connectEnds(rdma, devices, size);
  try {
    const times: number[] = [];
    for (let i = 1; i <= iterations && signal?.aborted !== true; i++) {
      await postReceive(server, size, i);
      await postReceive(client, size, i);
      const start = runtime.now();
      await send(client, size, i);
      await received(server);
      await send(server, size, i);
      await received(client);
      times.push(((runtime.now() - start) * 1000) / 2);
      if (i % every === 0 || i === iterations) yield figures(times);
    }
  } finally {
    await client.context.close();
    await server.context.close();
  }
}

function postReceive({ qp, mr }: RdmaEnd, size: number, id: number): Promise<void> {
  return qp.postRecv({ id, sge: { address: mr.address, length: size, lkey: mr.lkey } });
}

function send({ qp, mr }: RdmaEnd, size: number, id: number): Promise<void> {
  return qp.postSend({
    id,
    opcode: "SEND",
    sge: { address: mr.address, length: size, lkey: mr.lkey },
    signaled: false,
  });
}

async function received(end: RdmaEnd): Promise<void> {
  for (const wc of await end.cq.wait(1)) expectSuccess(wc, end);
}

function figures(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return { iterations: times.length, min: at(0), typical: at(0.5), p99: at(0.99), max: at(1) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
