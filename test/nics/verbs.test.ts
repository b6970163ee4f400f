import { type RdmaEnd, sendLat, writeBw } from "@auxbus/perftest";
import { plugConnectX, plugIntel } from "@auxbus/sim_nics";
import type { IbDevice, SendWr } from "@auxbus/rdma";
import { describe, expect, test } from "vitest";
import { Rig } from "./rig.ts";
import { bringUp, completions, connect, ping } from "./traffic.ts";

/** One card of each kind, on one network: mlx5_0 and mlx5_1, irdma0 (E810), irdma1 (X710). */
async function machine(): Promise<Rig> {
  const rig = await Rig.of();
  const { functions } = await rig.run(plugConnectX(rig.core, rig.network));
  rig.plugged(...functions);
  await rig.settle();
  for (const model of ["e810", "x710"] as const) {
    for (const { device } of await rig.run(plugIntel(rig.core, rig.network, { model }))) rig.plugged(device);
    await rig.settle();
  }
  await rig.pass(100);
  for (const [i, name] of ["eth0", "eth1", "eth2", "eth3"].entries()) await bringUp(rig, name, `10.0.0.${i + 1}`);
  rig.since();
  return rig;
}

/** A request for the other end's memory. */
function request({ mr }: RdmaEnd, to: RdmaEnd, wr: Partial<SendWr> = {}): SendWr {
  return {
    id: 1,
    opcode: "RDMA_WRITE",
    sge: { address: mr.address, length: 8, lkey: mr.lkey },
    remoteAddress: to.mr.address,
    rkey: to.mr.rkey,
    ...wr,
  };
}

test("one RDMA core serves all vendors: each talks to each", async () => {
  const rig = await machine();
  expect(rig.rdma.list().map(({ name, parent }) => `${name} ${parent}`)).toEqual([
    "mlx5_0 0000:08:00.0",
    "mlx5_1 0000:08:00.1",
    "irdma0 0000:3b:00.0",
    "irdma1 0000:18:00.0",
  ]);
  expect(rig.rdma.links().filter(({ port }) => port === 1)).toMatchObject(
    ["eth0", "eth1", "eth2", "eth3"].map((netdev) => ({ netdev, state: "ACTIVE" })),
  );
  for (const [from, to] of [
    ["mlx5_0", "irdma0"],
    ["irdma0", "irdma1"],
    ["irdma1", "mlx5_1"],
  ] as const) {
    const [client, server] = await connect(rig, from, to);
    client.mr.memory.set([1, 2, 3, 4, 5, 6, 7, 8]);
    await rig.run(client.qp.postSend(request(client, server)));
    expect(await completions(rig, client.cq)).toMatchObject([{ status: "SUCCESS", bytes: 8 }]);
    expect([...server.mr.memory.slice(0, 9)], `${from} to ${to}`).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0]);
    await rig.run(
      client.qp.postSend(
        request(client, server, {
          opcode: "RDMA_READ",
          sge: { address: client.mr.address + 100, length: 4, lkey: client.mr.lkey },
        }),
      ),
    );
    await completions(rig, client.cq);
    expect([...client.mr.memory.slice(100, 104)]).toEqual([1, 2, 3, 4]);
    await rig.run(
      server.qp.postRecv({ id: 5, sge: { address: server.mr.address + 200, length: 8, lkey: server.mr.lkey } }),
    );
    await rig.run(client.qp.postSend(request(client, server, { opcode: "SEND" })));
    expect(await completions(rig, server.cq)).toMatchObject([{ id: 5, opcode: "RECV", bytes: 8 }]);
    for (const end of [client, server]) await rig.run(end.context.close());
  }
  await ping(rig, "eth0", "10.0.0.4");
  await rig.end();
});

describe.each([
  ["mlx5_0", "mlx5_1"],
  ["irdma0", "irdma1"],
])("completion errors between %s and %s", (from, to) => {
  test("say what went wrong", async () => {
    const rig = await machine();
    for (const [wr, status] of [
      [{ sge: { address: 1, length: 8, lkey: 4711 } }, "LOC_PROT_ERR"],
      [{ rkey: 4711 }, "REM_ACCESS_ERR"],
      [{ opcode: "SEND" as const }, "RNR_RETRY_EXC_ERR"],
    ] as const) {
      const [client, server] = await connect(rig, from, to);
      const events: string[] = [];
      client.context.onEvent = ({ type }) => void events.push(type);
      await rig.run(client.qp.postSend(request(client, server, wr)));
      expect((await completions(rig, client.cq)).map((wc) => wc.status)).toEqual([status]);
      await rig.pass(1);
      expect(events).toEqual(["QP_FATAL"]);
      await rig.run(client.qp.postSend(request(client, server, { id: 2 })));
      expect((await completions(rig, client.cq)).map((wc) => wc.status)).toEqual(["WR_FLUSH_ERR"]);
      for (const end of [client, server]) await rig.run(end.context.close());
    }
    await rig.end();
  });
});

describe("users and their device", () => {
  test("an address is a GID, too; one that nobody has is said", async () => {
    const rig = await machine();
    const [client] = await connect(rig, "mlx5_0", "mlx5_1");
    const link = rig.rdma.links()[0];
    expect(link?.gids[1]).toBe("0000:0000:0000:0000:0000:ffff:0a00:0001");
    const qp = await rig.run(client.context.createQp(client.pd, client.cq));
    await rig.run(qp.connect({ gid: "0000:0000:0000:0000:0000:ffff:0a00:0003", qpn: 2 }));
    const other = await rig.run(client.context.createQp(client.pd, client.cq));
    await expect(
      rig.run(other.connect({ gid: "0000:0000:0000:0000:0000:ffff:0a00:0063", qpn: 2 })),
    ).rejects.toMatchObject({
      code: "EHOSTUNREACH",
    });
    await expect(rig.run(other.connect({ gid: "nonsense", qpn: 2 }))).rejects.toMatchObject({ code: "EINVAL" });
    expect(() => rig.rdma.open("mlx5_7")).toThrow(/ENODEV.*mlx5_0, mlx5_1/);
    await rig.end();
  });

  test("what a program leaves is destroyed when it closes, the last first", async () => {
    const rig = await machine();
    const [client] = await connect(rig, "mlx5_0", "mlx5_1");
    await expect(rig.run(client.pd.dealloc())).rejects.toMatchObject({ code: "EBUSY" });
    await rig.run(client.context.close());
    await rig.run(client.context.close());
    await expect(client.context.allocPd()).rejects.toMatchObject({ code: "EIO" });
    await rig.end();
  });

  test("a device waits for who holds it within the kernel", async () => {
    const rig = await machine();
    let held: IbDevice | null = null;
    await rig.rdma.registerClient({
      name: "nvmet",
      add(device) {
        if (device.name !== "mlx5_0") return;
        device.get();
        held = device;
      },
      remove: () => undefined,
    });
    const going = rig.modules.rmmod("mlx5_ib");
    await rig.pass(100);
    expect(rig.ibNames()).toContain("mlx5_0");
    expect(rig.sinceOf(/warn/)).toEqual(["warn: mlx5_0: waiting for 1 users"]);
    // Devices of others come and go meanwhile.
    await rig.run(rig.modules.rmmod("irdma"));
    await rig.run(rig.modules.modprobe("irdma"));
    await rig.pass(100);
    expect(rig.ibNames().toSorted()).toEqual(["irdma0", "irdma1", "mlx5_0"]);
    (held as IbDevice | null)?.put();
    await rig.run(going);
    expect(rig.ibNames()).toEqual(["irdma0", "irdma1"]);
    await rig.end();
  });

  test("a client that fails is named, and does not stop the others", async () => {
    const rig = await machine();
    const fails = (): Promise<void> => Promise.reject(new Error("no"));
    const client = await rig.rdma.registerClient({ name: "bad", add: fails, remove: fails });
    expect(rig.since()[0]).toBe("warn: mlx5_0: client bad failed in add: no");
    await client[Symbol.asyncDispose]();
    await rig.end();
  });
});

describe("programs", () => {
  test("ib_write_bw says how much goes through; ib_send_lat how long it takes", async () => {
    const rig = await machine();
    rig.network.latency = 0.5;
    const bandwidths: number[] = [];
    await rig.run(
      (async () => {
        const options = { devices: ["mlx5_0", "irdma0"], size: 4096, duration: 20, interval: 5 } as const;
        for await (const { mbps } of writeBw(rig.rdma, rig.runtime, options)) bandwidths.push(mbps);
      })(),
    );
    expect(bandwidths).toHaveLength(4);
    // 32 messages of 4 KiB on their way, 1 ms there and back.
    for (const mbps of bandwidths) expect(mbps).toBeCloseTo(32 * 4.096, -2);
    const latencies: object[] = [];
    await rig.run(
      (async () => {
        const options = { devices: ["mlx5_0", "mlx5_1"], size: 8, iterations: 20, every: 10 } as const;
        for await (const figures of sendLat(rig.rdma, rig.runtime, options)) latencies.push(figures);
      })(),
    );
    expect(latencies).toHaveLength(2);
    expect(latencies[1]).toMatchObject({ iterations: 20, min: 500, typical: 500, max: 500 });
    await rig.end();
  });
});
