import { BusError } from "auxbus";
import { ACCESS, type Rdma, type UserContext, type UserCq, type UserMr, type UserPd, type UserQp } from "@auxbus/rdma";

/** One end of a connection: a device that is open, memory that it may use, and a queue pair. */
export class RdmaEnd implements AsyncDisposable {
  readonly context: UserContext;
  readonly pd: UserPd;
  readonly cq: UserCq;
  readonly mr: UserMr;
  readonly qp: UserQp;

  private constructor(context: UserContext, pd: UserPd, cq: UserCq, mr: UserMr, qp: UserQp) {
    this.context = context;
    this.pd = pd;
    this.cq = cq;
    this.mr = mr;
    this.qp = qp;
  }

  /**
   * @param bytes how much memory it has
   * @param depth how many completions there may be
   * @throws {BusError} `ENODEV` no such device; else what its driver throws
   */
  static async open(rdma: Rdma, device: string, bytes: number, depth = 256): Promise<RdmaEnd> {
    const context = rdma.open(device);
    try {
      const pd = await context.allocPd();
      const cq = await context.createCq(depth);
      const access = ACCESS.localWrite | ACCESS.remoteWrite | ACCESS.remoteRead;
      const mr = await context.regMr(pd, new Uint8Array(bytes), access);
      return new RdmaEnd(context, pd, cq, mr, await context.createQp(pd, cq));
    } catch (error) {
      await context.close();
      throw error;
    }
  }

  /** Where others find it. @throws {BusError} `ENETDOWN` its port is on no network device */
  get gid(): string {
    const [gid] = this.context.device.gids(1);
    if (gid !== undefined) return gid;
    throw new BusError("ENETDOWN", `${this.context.device.name} is on no network device`, { op: "gid" });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.context.close();
  }
}

/** Opens two ends, on one device or on two, and connects them. */
export async function connectEnds(
  rdma: Rdma,
  devices: readonly [string, string],
  bytes: number,
): Promise<[RdmaEnd, RdmaEnd]> {
  const client = await RdmaEnd.open(rdma, devices[0], bytes);
  let server: RdmaEnd | null = null;
  try {
    server = await RdmaEnd.open(rdma, devices[1], bytes);
    await server.qp.connect({ gid: client.gid, qpn: client.qp.qpn });
    await client.qp.connect({ gid: server.gid, qpn: server.qp.qpn });
    return [client, server];
  } catch (error) {
    await server?.context.close();
    await client.context.close();
    throw error;
  }
}
