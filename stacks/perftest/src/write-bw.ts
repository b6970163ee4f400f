import type { Runtime } from "auxbus";
import type { Rdma } from "@auxbus/rdma";
import { expectSuccess, type MeasureOptions } from "./measure.ts";
import { connectEnds, type RdmaEnd } from "./rdma-end.ts";

/** Requests that are on their way at the same time. */
const DEPTH = 32;

export interface WriteBwOptions extends MeasureOptions {
  /** Milliseconds in all, and between two figures. */
  readonly duration: number;
  readonly interval: number;
}

/** What has gone through in an interval. */
export interface Bandwidth {
  /** Milliseconds since the start. */
  readonly time: number;
  readonly messages: number;
  readonly bytes: number;
  /** Megabytes (10⁶ bytes) a second. */
  readonly mbps: number;
}

/**
 * RDMA writes from one device to another as fast as they go, as `ib_write_bw`.
 *
 * @throws {BusError} `EIO` a write ended with an error, or the device has gone; as `connectEnds`
 */
export async function* writeBw(rdma: Rdma, runtime: Runtime, options: WriteBwOptions): AsyncGenerator<Bandwidth> {
  const { devices, size, duration, interval, signal } = options;
  const [client, server] = await connectEnds(rdma, devices, size);
  try {
    const start = runtime.now();
    let mark = start;
    let messages = 0;
    let posted = 0;
    for (; posted < DEPTH; posted++) await postWrite(client, server, size, posted);
    while (runtime.now() - start < duration && signal?.aborted !== true) {
      for (const wc of await client.cq.wait(DEPTH)) {
        expectSuccess(wc, client);
        messages++;
        await postWrite(client, server, size, posted++);
      }
      const now = runtime.now();
      if (now - mark < interval) continue;
      yield figures(now - start, now - mark, messages, size);
      mark = now;
      messages = 0;
    }
  } finally {
    await client.context.close();
    await server.context.close();
  }
}

function postWrite({ qp, mr }: RdmaEnd, server: RdmaEnd, size: number, id: number): Promise<void> {
  return qp.postSend({
    id,
    opcode: "RDMA_WRITE",
    sge: { address: mr.address, length: size, lkey: mr.lkey },
    remoteAddress: server.mr.address,
    rkey: server.mr.rkey,
  });
}

function figures(time: number, ms: number, messages: number, size: number): Bandwidth {
  const bytes = messages * size;
  return { time, messages, bytes, mbps: bytes / 1000 / ms };
}
