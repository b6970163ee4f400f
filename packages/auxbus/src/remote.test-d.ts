// Compiled, never run: what isolable drivers see of contracts and services.
import { defineIsolableDriver } from "./auxiliary-driver.ts";
import type { DriverCore } from "./core.ts";
import type { IsolableContext, IsolableCore, IsolableDevice } from "./isolable.ts";
import type { ModuleContext } from "./module-entry.ts";
import type { Awaitable, Remote } from "./remote.ts";
import type { AuxiliaryDevice } from "./auxiliary-device.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <T extends true>(): T | undefined => undefined;

interface Point {
  readonly x: number;
  readonly tags: readonly string[];
  readonly deep: { readonly date: Date; readonly bytes: Uint8Array | undefined };
}

class Port {
  readonly name: string = "";
  peer: Port | null = null;
  send(bytes: Uint8Array): number {
    return bytes.byteLength;
  }
  async open(): Promise<Port> {
    return this;
  }
  connect(_to: Port, _heard: (from: Port) => void): void {}
  [Symbol.dispose](): void {}
}

// Data is data.
isTrue<Equal<Remote<string>, string>>();
isTrue<Equal<Remote<Point>, Point>>();
isTrue<Equal<Remote<Point[]>, Point[]>>();
isTrue<Equal<Remote<Map<string, Point>>, Map<string, Point>>>();
isTrue<Equal<Remote<Error | AbortSignal>, Error | AbortSignal>>();

// What has methods stays where it is.
declare const port: Remote<Port>;
isTrue<Equal<typeof port.name, Awaitable<string>>>();
isTrue<Equal<ReturnType<typeof port.send>, Awaitable<number>>>();
isTrue<Equal<Awaited<ReturnType<typeof port.open>>, Remote<Port>>>();
const opened: Remote<Port> = await port.open();
await port.connect(opened, (from) => void isTrue<Equal<typeof from, Remote<Port>>>());
await port.connect(new Port(), () => undefined);
// @ts-expect-error it takes bytes
await port.send("text");
// @ts-expect-error what is remote has to be waited for
const name: string = port.name;
void name;

// A thing is a remote thing, not the other way round.
const local: Remote<Port> = new Port();
void local;
// @ts-expect-error it may be elsewhere
const here: Port = port;
void here;

// The core, devices and contexts beside the bus are what isolable code expects.
declare const core: DriverCore;
declare const device: AuxiliaryDevice<"t_remote.port">;
declare const context: ModuleContext;
const isolableCore: IsolableCore = core;
const isolableDevice: IsolableDevice<"t_remote.port"> = device;
const isolableContext: IsolableContext = context;
void [isolableCore, isolableDevice, isolableContext];

declare module "./contract.ts" {
  interface Contracts {
    "t_remote.port": { shared: Port; handlers: { arrived(from: Port, bytes: Uint8Array): number } };
    "t_remote.point": { shared: Point };
  }
}

defineIsolableDriver({
  idTable: [{ name: "t_remote.port", contract: "^1.0.0" }],
  async probe(device, id, { resources, signal, handover }) {
    isTrue<Equal<typeof id.contract, "^1.0.0">>();
    isTrue<Equal<typeof device.shared, Remote<Port>>>();
    isTrue<Equal<typeof handover, unknown>>();
    const peer = await device.shared.peer;
    isTrue<Equal<typeof peer, Remote<Port> | null>>();
    signal.throwIfAborted();
    resources.defer(() => undefined);
    // @ts-expect-error a driver that may be elsewhere adds no root devices
    device.core.addRootDevice("x");
  },
  handlers: {
    async arrived(device, from, bytes) {
      isTrue<Equal<typeof from, Remote<Port>>>();
      return (await from.send(bytes)) + device.id;
    },
  },
});

defineIsolableDriver({
  idTable: [{ name: "t_remote.point" }],
  probe: ({ shared }) => void isTrue<Equal<typeof shared, Point>>(),
});

defineIsolableDriver({
  // @ts-expect-error a contract range for a name that has no contract
  idTable: [{ name: "nobody.knows", contract: "^1.0.0" }],
  probe() {},
});
