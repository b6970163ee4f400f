import type { Verb, VerbArgs, VerbContext } from "@auxbus/control";
import { BusError, type DriverCore } from "auxbus";
import { NetDevices } from "@auxbus/netdev";
import { Rdma } from "@auxbus/rdma";
import { sendLat } from "./send-lat.ts";
import { writeBw } from "./write-bw.ts";

/** The programs, for the command line. */
export function programs(core: DriverCore): Verb[] {
  const rdma = Rdma.of(core);
  const netdevs = NetDevices.of(core);
  const ibNames = (): string[] => rdma.list().map(({ name }) => name);
  const ends = [
    { name: "device", positional: true, required: true, description: "the RDMA device that begins", complete: ibNames },
    {
      name: "peer",
      positional: true,
      required: true,
      description: "the RDMA device at the other end",
      complete: ibNames,
    },
  ];
  const devices = ({ device, peer }: VerbArgs): [string, string] => [String(device), String(peer)];

  return [
    {
      name: "ib_write_bw",
      summary: "Write from one RDMA device to another as fast as it goes; a line of figures each second.",
      params: [
        ...ends,
        { name: "size", type: "number", description: "bytes of a message (65536)" },
        { name: "duration", type: "number", description: "seconds (5)" },
        { name: "interval", type: "number", description: "seconds between two lines (1)" },
      ],
      async run(args, { report, signal }) {
        const { size = 65_536, duration = 5, interval = 1 } = args;
        const options = {
          devices: devices(args),
          size: positive("size", size),
          duration: positive("duration", duration) * 1000,
          interval: positive("interval", interval) * 1000,
          signal,
        };
        for await (const { time, messages, mbps } of writeBw(rdma, core.runtime, options)) {
          report({ seconds: round(time / 1000), bytes: options.size, messages, "MB/s": round(mbps) });
        }
      },
    },
    {
      name: "ib_send_lat",
      summary: "Send from one RDMA device to another and back, and say how long it takes (half of it, in µs).",
      params: [
        ...ends,
        { name: "size", type: "number", description: "bytes of a message (8)" },
        { name: "iterations", type: "number", description: "how many round trips (1000)" },
      ],
      async run(args, { report, signal }) {
        const { size = 8, iterations = 1000 } = args;
        const count = Math.ceil(positive("iterations", iterations));
        const options = {
          devices: devices(args),
          size: positive("size", size),
          iterations: count,
          every: Math.max(1, Math.floor(count / 10)),
          signal,
        };
        for await (const figures of sendLat(rdma, core.runtime, options)) report(figures);
      },
    },
    {
      name: "ping",
      summary: "Ask for an echo out of a network device.",
      params: [
        { name: "address", positional: true, required: true, description: "an IPv4 address" },
        {
          name: "dev",
          required: true,
          description: "the network device",
          complete: () => netdevs.list().map(({ name }) => name),
        },
        { name: "count", type: "number", description: "how often (4)" },
        { name: "size", type: "number", description: "bytes of data (56)" },
        { name: "interval", type: "number", description: "seconds between two (1)" },
      ],
      run: (args, context) => pingAll(core, args, context),
    },
  ];
}

async function pingAll(core: DriverCore, args: VerbArgs, { report, signal }: VerbContext): Promise<object> {
  const { address, dev: name, count = 4, size = 56, interval = 1 } = args;
  const netdevs = NetDevices.of(core);
  const wanted = Math.ceil(positive("count", count));
  const pause = positive("interval", interval) * 1000;
  let received = 0;
  let sent = 0;
  while (sent < wanted && !signal.aborted) {
    if (sent > 0) await new Promise<void>((resolve) => void core.runtime.setTimer(resolve, pause));
    sent++;
    try {
      const ms = await netdevs.inet.ping(netdevs.get(String(name)), String(address), Number(size));
      received++;
      report({ from: address, sequence: sent, ms: round(ms) });
    } catch (error) {
      if (!(error instanceof BusError) || error.code !== "ETIMEDOUT") throw error;
      report({ from: address, sequence: sent, ms: "no reply" });
    }
  }
  return { sent, received, loss: `${Math.round((100 * (sent - received)) / Math.max(1, sent))} %` };
}

function positive(name: string, value: VerbArgs[string]): number {
  if (typeof value === "number" && value > 0) return value;
  throw new BusError("EINVAL", `${name} is more than 0, not ${String(value)}`, { op: name });
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
