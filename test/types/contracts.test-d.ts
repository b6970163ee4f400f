// The types of contracts, checked by `npm run typecheck` and never run. A line under `@ts-expect-error` must be
// an error: an expectation that is no longer needed is itself one.
import { type AuxiliaryDevice, defineAuxiliaryDriver, type Device, DriverCore, type Shared } from "auxbus";
import { expectTypeOf } from "vitest";

interface Port {
  readonly speed: number;
  open(queue: string): Promise<number>;
}

declare module "auxbus" {
  interface Contracts {
    "typed.port": { shared: Port; handlers: { linkChanged(up: boolean): string; reset?(): void } };
    "typed.meter": { shared: { readonly volts: number } };
    "typed.events": { handlers: { tick(count: number): Promise<number> } };
  }
}

const core = new DriverCore();
declare const parent: Device;

// A driver gets what the publisher of the name in its id table shares.
defineAuxiliaryDriver({
  idTable: [{ name: "typed.port", contract: "^1.2", data: 7 }],
  probe(device, id, { signal, resources }) {
    expectTypeOf(device).toEqualTypeOf<AuxiliaryDevice<"typed.port">>();
    expectTypeOf(device.shared).toEqualTypeOf<Port>();
    expectTypeOf(id.name).toEqualTypeOf<"typed.port">();
    expectTypeOf(id.data).toEqualTypeOf<7>();
    expectTypeOf(signal.aborted).toBeBoolean();
    resources.defer(() => undefined);
    // @ts-expect-error -- not part of the contract
    device.shared.close();
    // @ts-expect-error -- a queue has a name, not a number
    void device.shared.open(1);
  },
  remove(device) {
    expectTypeOf(device.shared).toEqualTypeOf<Port>();
  },
  pm: {
    suspend(device) {
      expectTypeOf(device.shared).toEqualTypeOf<Port>();
    },
  },
  resume(device) {
    expectTypeOf(device.shared).toEqualTypeOf<Port>();
  },
  handlers: {
    linkChanged(device, up) {
      expectTypeOf(device.shared).toEqualTypeOf<Port>();
      expectTypeOf(up).toBeBoolean();
      return up ? "up" : "down";
    },
  },
});

// Several names: what any of them may share.
defineAuxiliaryDriver({
  idTable: [{ name: "typed.port" }, { name: "typed.meter" }],
  probe(device) {
    expectTypeOf(device.shared).toEqualTypeOf<Port | { readonly volts: number }>();
  },
  handlers: { linkChanged: (_device, up) => (up ? "up" : "down") },
});

// A name without a contract: nothing is known of what is shared.
defineAuxiliaryDriver({
  idTable: [{ name: "someone.else" }],
  probe(device) {
    expectTypeOf(device.shared).toBeUnknown();
  },
});
expectTypeOf<Shared<"someone.else">>().toBeUnknown();
expectTypeOf<Shared<"typed.events">>().toBeUnknown();

defineAuxiliaryDriver({
  // @ts-expect-error -- only a contract that exists has versions
  idTable: [{ name: "someone.else", contract: "^1" }],
  probe() {},
});

// @ts-expect-error -- a driver without an id table matches nothing
defineAuxiliaryDriver({ probe() {} });

// @ts-expect-error -- a driver without a probe cannot be registered
defineAuxiliaryDriver({ idTable: [{ name: "typed.port" }] });

defineAuxiliaryDriver({
  idTable: [{ name: "someone.else" }],
  probe() {},
  handlers: { anything: (_device, ...args) => args.length },
});

defineAuxiliaryDriver({
  idTable: [{ name: "typed.port" }],
  probe() {},
  handlers: {
    // @ts-expect-error -- answers a number where the publisher expects a text
    linkChanged: () => 1,
  },
});

// @ts-expect-error -- the contract's handler is missing
defineAuxiliaryDriver({ idTable: [{ name: "typed.port" }], probe() {}, handlers: {} });

// Handlers may answer at once or later, whatever the contract says.
defineAuxiliaryDriver({
  idTable: [{ name: "typed.events" }],
  probe() {},
  handlers: { tick: (_device, count) => count + 1 },
});

// The publisher: the name decides what it must share and what it may call.
const port: Port = { speed: 1, open: () => Promise.resolve(1) };
const device = await core.auxiliary.create(parent, { module: "typed", name: "port", version: "1.2.0", shared: port });
expectTypeOf(device).toEqualTypeOf<AuxiliaryDevice<"typed.port">>();
expectTypeOf(device.call("linkChanged", true)).toEqualTypeOf<Promise<string>>();
expectTypeOf(device.call("reset")).toEqualTypeOf<Promise<void>>();
// @ts-expect-error -- no such handler
void device.call("explode");
// @ts-expect-error -- the argument is missing
void device.call("linkChanged");
// @ts-expect-error -- the argument is of another type
void device.call("linkChanged", "up");
// @ts-expect-error -- shares what is no Port
void core.auxiliary.create(parent, { module: "typed", name: "port", shared: { speed: 1 } });

const ticking = core.auxiliary.init<"typed.events">(parent, { module: "typed", name: "events", id: 0 });
expectTypeOf(ticking.call("tick", 1)).toEqualTypeOf<Promise<number>>();

const meter = core.auxiliary.init<"typed.meter">(parent, {
  module: "typed",
  name: "meter",
  id: 0,
  shared: { volts: 5 },
});
// @ts-expect-error -- this contract has no calls into the driver
void meter.call("anything");
