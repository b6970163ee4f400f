import { type AuxiliaryDevice, BusError, defineAuxiliaryDriver, errnoOf } from "auxbus";
import { ipc3Message, type SofClient } from "@auxbus/snd_sof";
import { afterEach, describe, expect, test } from "vitest";
import { GLUE, Machine } from "./machine.ts";

let machine: Machine;

afterEach(() => machine.end());

interface Watcher {
  probe(client: SofClient): void;
  remove?(client: SofClient): void;
}

/** Puts a driver of the test's own in place of the injector's. */
async function replaceInjector({ probe, remove }: Watcher): Promise<void> {
  if (machine.bound("msg_injector.0") !== undefined) {
    await machine.unbindClient("snd_sof_ipc_msg_injector", "msg_injector.0");
  }
  type Injector = AuxiliaryDevice<"snd_sof.msg_injector">;
  const watcher = defineAuxiliaryDriver({
    name: "watcher",
    idTable: [{ name: "snd_sof.msg_injector", contract: "^1.0.0" }],
    probe: (device: Injector) => probe(device.shared),
    remove: (device: Injector) => remove?.(device.shared),
  });
  await machine.run(machine.core.auxiliary.register(watcher, { module: "test" }));
}

const unbindWatcher = (): Promise<void> =>
  machine.run(machine.core.auxiliary.unbind("test.watcher", "snd_sof.msg_injector.0"));

/** The errno of what `fn` throws; `ok` when it does not. */
function outcome(fn: () => void): string {
  try {
    fn();
    return "ok";
  } catch (error) {
    return errnoOf(error);
  }
}

describe("36: handlers", () => {
  test("a state handler that unregisters itself is told that it would wait for itself", async () => {
    machine = await Machine.booted();
    const errors: string[] = [];
    await replaceInjector({
      probe: (client) =>
        client.registerFwStateHandler(() => {
          errors.push(outcome(() => client.unregisterFwStateHandler()));
          errors.push(outcome(() => client.registerFwStateHandler(() => undefined)));
        }),
      remove: (client) => client.unregisterFwStateHandler(),
    });
    await machine.run(machine.core.power.suspend());
    await machine.run(machine.core.power.resume());
    expect(errors, "at NOT_STARTED and at COMPLETE").toEqual(["EDEADLK", "EDEADLK", "EDEADLK", "EDEADLK"]);
    await unbindWatcher();
    expect(machine.since().filter((line) => line.startsWith("warn"))).toEqual([]);
  });

  test("so is a handler for messages", async () => {
    machine = await Machine.booted();
    const errors: string[] = [];
    await replaceInjector({
      probe: (client) =>
        client.registerRxHandler(0x9000_0000, () => {
          errors.push(outcome(() => client.unregisterRxHandler(0x9000_0000)));
          errors.push(outcome(() => client.registerRxHandler(0x9000_0000, () => undefined)));
        }),
      remove: (client) => client.unregisterRxHandler(0x9000_0000),
    });
    machine.dsp.notify(ipc3Message(0x9001_0000));
    expect(errors).toEqual(["EDEADLK", "EDEADLK"]);
  });

  test("messages go to the handlers of their class, the last registered first; one that fails stops no other", async () => {
    machine = await Machine.booted();
    const heard: string[] = [];
    let client: SofClient | undefined;
    await replaceInjector({
      probe: (shared) => {
        client = shared;
        shared.registerRxHandler(0x9000_0000, () => void heard.push("first"));
        shared.registerRxHandler(0x9abc_0000, () => {
          throw new BusError("EIO", "as the test wants");
        });
        shared.registerRxHandler(0x9000_0000, async () => {
          heard.push("last");
          throw new BusError("EIO", "later");
        });
        shared.registerRxHandler(0x5000_0000, () => void heard.push("other"));
      },
      remove: (shared) => {
        shared.unregisterRxHandler(0x9000_0000);
        shared.unregisterRxHandler(0x5000_0000);
      },
    });
    expect(outcome(() => client?.registerRxHandler(0x0fff_ffff, () => undefined))).toBe("EINVAL");
    machine.since();
    machine.dsp.notify(ipc3Message(0x9001_0000));
    await machine.runtime.runUntilIdle();
    expect(heard).toEqual(["last", "first"]);
    expect(machine.since()).toHaveLength(2);
    machine.dsp.notify(ipc3Message(0x7001_0000));
    expect(heard).toHaveLength(2);
    machine.dsp.notify(ipc3Message(0x5001_0000));
    expect(heard.at(-1)).toBe("other");
  });

  test("what a driver leaves behind is dropped with a warning, and its old handle is of no use", async () => {
    machine = await Machine.booted();
    const heard: string[] = [];
    let kept: SofClient | undefined;
    await replaceInjector({
      probe(client) {
        kept = client;
        client.registerFwStateHandler((state) => void heard.push(state));
        client.registerRxHandler(0x9000_0000, () => void heard.push("message"));
        client.coreModuleGet();
        client.coreModuleGet();
      },
    });
    expect(machine.module(GLUE).users()).toEqual(["snd_sof client msg_injector.0"]);
    machine.since();
    await unbindWatcher();
    expect(machine.since()).toEqual([
      "warn: snd_sof.msg_injector.0: its driver has left without unregistering its event handlers; they are gone now",
      "warn: snd_sof.msg_injector.0: its driver has left without putting the core's module; it is put now",
      "unbind snd_sof.msg_injector.0",
    ]);
    expect(machine.module(GLUE).refs).toBe(0);
    machine.dsp.notify(ipc3Message(0x9001_0000));
    await machine.run(machine.core.power.suspend());
    await machine.run(machine.core.power.resume());
    expect(heard).toEqual([]);
    expect(outcome(() => void kept?.fwState)).toBe("ENODEV");
    expect(outcome(() => kept?.coreModuleGet())).toBe("ENODEV");
  });

  test("what a client may know of the core", async () => {
    machine = await Machine.booted();
    const seen: unknown[] = [];
    await replaceInjector({
      probe: (client) => {
        seen.push(client.fwVersion, client.fwState, client.ipcType, client.maxPayload);
        seen.push(client.debugfsRoot.name, client.dmaDevice.name);
      },
    });
    expect(seen).toEqual(["2.2.0-57864", "COMPLETE", 3, 384, "sof", "0000:00:1f.3"]);
  });
});
