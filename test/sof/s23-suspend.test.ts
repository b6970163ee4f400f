import { type AuxiliaryDevice, type AuxiliaryDriver, defineAuxiliaryDriver } from "auxbus";
import { ipc3Message } from "@auxbus/snd_sof";
import { afterEach, describe, expect, test } from "vitest";
import { Machine } from "./machine.ts";

const COUNT = "sof/ipc_flood_count";
const NAMES: Readonly<Record<number, string>> = {
  0xb001_0000: "flood",
  0x4001_0000: "ctx_save",
  0x4002_0000: "ctx_restore",
  0x3010_0000: "pipelines",
};

let machine: Machine;
let calls: string[];

afterEach(() => machine.end());

/** Replaces the drivers of two clients by some that have a `suspend` and `resume` of their own. */
async function customClients(): Promise<void> {
  calls = [];
  const define = (name: "ipc_flood" | "msg_injector"): AuxiliaryDriver =>
    defineAuxiliaryDriver({
      name,
      idTable: [{ name: `snd_sof.${name}` }],
      probe() {},
      suspend: (device, state) => {
        calls.push(`${device.name} suspend ${String(state)}`);
        throw new Error("nobody listens to this");
      },
      resume: (device) => void calls.push(`${device.name} resume`),
    });
  await machine.unbindClient("snd_sof_ipc_flood_test", "ipc_flood.1");
  await machine.unbindClient("snd_sof_ipc_msg_injector", "msg_injector.0");
  await machine.run(machine.core.auxiliary.register(define("ipc_flood"), { module: "test" }));
  await machine.run(machine.core.auxiliary.register(define("msg_injector"), { module: "test" }));
  machine.dsp.onCommand = (command) => {
    const name = NAMES[command] ?? command.toString(16);
    if (calls.at(-1) !== name) calls.push(name);
  };
}

describe("23: suspend during a flood", () => {
  test("the writer is waited for, clients suspend before the context is saved, and resume before it is restored", async () => {
    machine = await Machine.booted();
    await customClients();
    const writing = machine.debugfs.write(COUNT, "500");
    await machine.runtime.advance(1);
    const { runtimePm } = machine.client("ipc_flood.0");
    expect(runtimePm.usageCount).toBe(1);
    await expect(runtimePm.suspend(), "it is in use").rejects.toMatchObject({ code: "EAGAIN" });
    await expect(machine.pci.runtimePm.suspend(), "its parent, too").rejects.toMatchObject({ code: "EBUSY" });

    const suspending = machine.core.power.suspend();
    await machine.runtime.advance(1);
    expect(calls, "the writer has not finished").toEqual(["flood"]);
    expect(await machine.run(writing), "it has not noticed").toBe(3);
    await machine.run(suspending);
    expect(calls.splice(0), "newest client first").toEqual([
      "flood",
      "snd_sof.msg_injector.0 suspend D3",
      "snd_sof.ipc_flood.1 suspend D3",
      "ctx_save",
    ]);
    expect(machine.dsp.state).toBe("off");
    expect(machine.fwStates.at(-1)).toBe("NOT_STARTED");

    const client: AuxiliaryDevice<"snd_sof.ipc_flood"> | undefined = machine.core.auxiliary.find("snd_sof.ipc_flood.1");
    const send = async (): Promise<unknown> => client?.shared.ipcTxMessage(ipc3Message(0xb001_0000), 12);
    await expect(machine.run(send()), "no IPC after that").rejects.toMatchObject({ code: "ENODEV" });
    await expect(machine.write(COUNT, "1")).rejects.toMatchObject({ code: "ENODEV" });

    const { boots } = machine.dsp;
    await machine.run(machine.core.power.resume());
    expect(machine.dsp.boots).toBe(boots + 1);
    expect(calls).toEqual(["pipelines", "snd_sof.msg_injector.0 resume", "snd_sof.ipc_flood.1 resume", "ctx_restore"]);
    await machine.write(COUNT, "1");
  });

  test("a DSP that stays awake (S0ix): its clients are told of the suspend, and as in the kernel not of the resume", async () => {
    machine = await Machine.booted({}, {}, { s0ix: true });
    await customClients();
    await machine.run(machine.core.power.suspend());
    expect(machine.dsp.state).toBe("running");
    await machine.run(machine.core.power.resume());
    expect(calls).toEqual(["snd_sof.msg_injector.0 suspend D0", "snd_sof.ipc_flood.1 suspend D0"]);
    expect(machine.dsp.boots).toBe(1);
  });

  test("pipelines that cannot be restored: clients are not resumed, and the DSP is tried again later", async () => {
    machine = await Machine.booted();
    await customClients();
    await machine.run(machine.core.power.suspend());
    calls.splice(0);
    machine.dsp.faults.errorReplies = 1;
    machine.since();
    await machine.run(machine.core.power.resume());
    expect(calls).toEqual(["pipelines"]);
    expect(machine.since()).toEqual(["error: PM: 0000:00:1f.3: resume failed: EINVAL: the DSP answered -22"]);
    await machine.run(machine.core.power.suspend());
    await machine.run(machine.core.power.resume());
    expect(calls.slice(-3)).toEqual(["snd_sof.msg_injector.0 resume", "snd_sof.ipc_flood.1 resume", "ctx_restore"]);
  });

  test("a DSP that sleeps when the system suspends sleeps again after the resume", async () => {
    machine = await Machine.booted();
    await machine.runtime.advance(6000);
    expect(machine.dsp.state).toBe("off");
    await machine.run(machine.core.power.suspend());
    expect(machine.dsp.state).toBe("off");
    await machine.run(machine.core.power.resume());
    expect(machine.dsp.state).toBe("running");
    await machine.runtime.advance(6000);
    expect(machine.dsp.state).toBe("off");
    expect(machine.pci.runtimePm.status).toBe("suspended");
  });

  test("a firmware that is too busy to save its context keeps the system awake; one that is gone does not", async () => {
    machine = await Machine.booted();
    Object.assign(machine.dsp.faults, { errorReplies: 1, errorCode: -16 });
    await expect(machine.run(machine.core.power.suspend())).rejects.toMatchObject({ code: "EBUSY" });
    expect(machine.core.power.suspended).toBe(false);
    await machine.write(COUNT, "1");
    machine.dsp.faults.dropReplies = 1;
    await machine.run(machine.core.power.suspend());
    expect(machine.dsp.state).toBe("off");
  });

  test("shutdown silences the DSP, and clients stay", async () => {
    machine = await Machine.booted();
    await machine.run(machine.core.shutdown());
    expect(machine.dsp.state).toBe("off");
    expect(machine.dsp.onInterrupt).toBeNull();
    expect(machine.core.auxiliary.size).toBe(4);
  });

  test("a client that is unbound while everything sleeps: the DSP is woken for it, and does not wait for it", async () => {
    machine = await Machine.booted();
    await machine.runtime.advance(6000);
    await machine.unbindClient("snd_sof_ipc_flood_test", "ipc_flood.0");
    expect(machine.bound("ipc_flood.0")).toBeUndefined();
    expect(machine.dsp.state).toBe("running");
    await machine.runtime.advance(6000);
    expect(machine.dsp.state).toBe("off");
  });
});
