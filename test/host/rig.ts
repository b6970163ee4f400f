import { join } from "node:path";
import { type GivenConfig, Host, type HostOptions, parseConfig } from "@auxbus/host";
import { fetchTransport, HostClient } from "@auxbus/host/client";
import { socketTransport } from "@auxbus/host/client/socket";
import { ModuleIndex } from "@auxbus/modules";
import { expect, onTestFinished } from "vitest";
import { tempFolder } from "../temp-folder.ts";

export interface RigOptions extends Partial<Omit<HostOptions, "config">> {
  readonly config?: GivenConfig;
  /** A folder whose packages are the modules; left out: there are none. */
  readonly modules?: string;
}

/** A host in this process with a socket of its own, until the test ends. */
export class HostRig {
  readonly host: Host;
  /** An operator at the socket. */
  readonly client: HostClient;
  readonly socket: string;

  static async start(options: RigOptions = {}): Promise<HostRig> {
    const { config = {}, modules = tempFolder(), ...rest } = options;
    const socket = join(tempFolder(), "host.sock");
    const host = await Host.start({
      config: parseConfig(config),
      state: null,
      socket,
      depmod: () => ModuleIndex.depmod([modules]),
      ...rest,
    });
    const mistakes: string[] = [];
    host.core.log.subscribe(({ message }) => {
      if (message.startsWith("the host has made a mistake")) mistakes.push(message);
    });
    onTestFinished(async () => {
      await host.stop();
      expect(mistakes).toEqual([]);
    });
    await host.ready();
    return new HostRig(host, rest.socket ?? socket);
  }

  private constructor(host: Host, socket: string) {
    this.host = host;
    this.socket = socket;
    this.client = new HostClient(socketTransport(socket), "test");
  }

  /** A caller over TCP. The configuration has to have a port. */
  over(token: string): HostClient {
    return new HostClient(fetchTransport(this.url, token), "test");
  }

  get url(): string {
    const { url } = this.host;
    if (url === null) throw new Error("this host has no port");
    return url;
  }
}

/** A configuration with a port of its own. */
export const ON_PORT: GivenConfig = { listen: { http: { port: 0 } } };

/** `nic0` with the slice `nic.eth.0`, and the driver `eth.eth` that it is bound to. */
export async function addNic({ core }: Host): Promise<void> {
  const nic = core.addRootDevice("nic0");
  await core.auxiliary.create(nic, { module: "nic", name: "eth", id: 0 });
  await core.auxiliary.register({ name: "eth", idTable: [{ name: "nic.eth" }], probe() {} }, { module: "eth" });
}

export const ETH = "/devices/nic0/nic.eth.0";
