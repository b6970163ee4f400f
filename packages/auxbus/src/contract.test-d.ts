// Compiled, not run: every line under an expected error must be one, and nothing else may be.
import type { AuxiliaryDevice, AuxiliaryDriver, Binding, Device, DriverCore, Handlers, Shared } from "./index.ts";
import { defineAuxiliaryDriver } from "./index.ts";

interface Function1 {
  send(bytes: Uint8Array): Promise<number>;
  readonly mac: string;
}

interface Function2 {
  link(): boolean;
}

declare module "./contract.ts" {
  interface Contracts {
    "t_core.rdma": {
      readonly shared: Function1;
      readonly handlers: { event(code: number, text: string): boolean; reset?(): Promise<void> };
    };
    "t_core.eth": { readonly shared: Function2 };
  }
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <T extends true>(): T | undefined => undefined;

isTrue<Equal<Shared<"t_core.rdma">, Function1>>();
isTrue<Equal<Shared<"nobody.knows">, unknown>>();
isTrue<Equal<keyof Handlers<"t_core.rdma">, "event" | "reset">>();

// A driver gets what its id table names.
export const rdma: AuxiliaryDriver = defineAuxiliaryDriver({
  name: "rdma",
  idTable: [{ name: "t_core.rdma", contract: "^1.0.0", data: 3 }],
  async probe(device, id, binding) {
    isTrue<Equal<typeof device, AuxiliaryDevice<"t_core.rdma">>>();
    isTrue<Equal<typeof device.shared, Function1>>();
    isTrue<Equal<typeof id.data, 3>>();
    isTrue<Equal<typeof binding, Binding<AuxiliaryDevice<"t_core.rdma">>>>();
    isTrue<Equal<typeof binding.signal, AbortSignal>>();
    const sent: number = await device.shared.send(new Uint8Array());
    binding.resources.defer(() => void sent);
    // @ts-expect-error the shared type has no such member
    device.shared.receive();
    // @ts-expect-error it takes bytes
    await device.shared.send("text");
  },
  handlers: {
    event: (device, code, text) => device.shared.mac === text && code > 0,
  },
});

// Several ids: a union of what they share.
defineAuxiliaryDriver({
  idTable: [{ name: "t_core.rdma" }, { name: "t_core.eth" }],
  probe(device) {
    isTrue<Equal<typeof device.shared, Function1 | Function2>>();
    if ("link" in device.shared) device.shared.link();
  },
  handlers: { event: (device, code) => device.matchName !== "" && code > 0 },
});

// Without a contract everything works, typed unknown.
defineAuxiliaryDriver({
  idTable: [{ name: "nobody.knows" }],
  probe(device) {
    isTrue<Equal<typeof device.shared, unknown>>();
    // @ts-expect-error nothing is known of it
    device.shared.anything();
  },
  handlers: { whatever: (_device, ...args) => args.length },
});

defineAuxiliaryDriver({
  // @ts-expect-error a contract range for a name that has no contract
  idTable: [{ name: "nobody.knows", contract: "^1.0.0" }],
  probe() {},
});

defineAuxiliaryDriver({
  idTable: [{ name: "t_core.rdma" }],
  probe() {},
  handlers: {
    // @ts-expect-error the publisher passes a number
    event: (_device, code: string) => code === "",
  },
});

defineAuxiliaryDriver({
  idTable: [{ name: "t_core.rdma" }],
  probe() {},
  handlers: {
    // @ts-expect-error the publisher wants a boolean
    event: () => "yes",
  },
});

defineAuxiliaryDriver({
  idTable: [{ name: "t_core.rdma" }],
  probe() {},
  handlers: {
    event: () => true,
    // @ts-expect-error the publisher makes no such call
    evnt: () => true,
  },
});

defineAuxiliaryDriver({
  idTable: [{ name: "t_core.rdma" }],
  probe() {},
  // @ts-expect-error the handler that is not optional is missing
  handlers: {},
});

// The publisher's side.
export async function publish(core: DriverCore, nic: Device, shared: Function1): Promise<void> {
  const device = await core.auxiliary.create(nic, { module: "t_core", name: "rdma", shared, version: "1.2.0" });
  isTrue<Equal<typeof device, AuxiliaryDevice<"t_core.rdma">>>();
  const answer = await device.call("event", 1, "link up");
  isTrue<Equal<typeof answer, boolean>>();
  await device.call("reset");
  // @ts-expect-error the event has a number first
  await device.call("event", "link up");
  // @ts-expect-error the contract has no such call
  await device.call("explode");
  // @ts-expect-error what is shared lacks `mac`
  await core.auxiliary.create(nic, { module: "t_core", name: "rdma", shared: { send: async () => 1 } });
  await core.auxiliary.create(nic, { module: "nobody", name: "knows", shared: { whatever: 1 } });
  const quiet = core.auxiliary.init<"t_core.eth">(nic, { module: "t_core", name: "eth", id: 0 });
  // @ts-expect-error a contract without calls into the driver
  await quiet.call("anything");
  const plain = await core.auxiliary.create(nic, { module: "nobody", name: "knows" });
  const result = await plain.call("whatever", 1, 2);
  isTrue<Equal<typeof result, unknown>>();
}
