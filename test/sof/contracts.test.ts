// Mostly compiled: every line under an expected error must be one, and nothing else may be.
import { type AuxiliaryDriver, defineAuxiliaryDriver, type Shared } from "auxbus";
import type { FwState, SofClient, SofProbesClient, SofProbesHostOps } from "@auxbus/snd_sof";
import { driver as floodTest } from "@auxbus/snd_sof_ipc_flood_test";
import { driver as injector } from "@auxbus/snd_sof_ipc_msg_injector";
import { expect, test } from "vitest";
import { Machine } from "./machine.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <T extends true>(): T | undefined => undefined;

isTrue<Equal<Shared<"snd_sof.ipc_flood">, SofClient>>();
isTrue<Equal<Shared<"snd_sof.msg_injector">, SofClient>>();
isTrue<Equal<Shared<"snd_sof.hda-probes">, SofProbesClient>>();

const client: AuxiliaryDriver = defineAuxiliaryDriver({
  idTable: [{ name: "snd_sof.hda-probes", contract: "^1.0.0" }],
  probe({ shared }) {
    isTrue<Equal<typeof shared.host, SofProbesHostOps | undefined>>();
    shared.registerFwStateHandler((state) => {
      isTrue<Equal<typeof state, FwState>>();
      // @ts-expect-error -- there is no such state
      return void (state === "SLEEPING");
    });
    // @ts-expect-error -- a message is bytes
    void shared.ipcTxMessage("flood", 12);
    // @ts-expect-error -- what the core shares is not to be changed
    shared.fwVersion = "mine";
  },
});

const flood: AuxiliaryDriver = defineAuxiliaryDriver({
  idTable: [{ name: "snd_sof.ipc_flood", contract: "^1.0.0" }],
  probe({ shared }) {
    // @ts-expect-error -- only the probes client gets the host's operations
    void shared.host;
  },
});

const typo: AuxiliaryDriver = defineAuxiliaryDriver({
  // @ts-expect-error -- nobody publishes this contract
  idTable: [{ name: "snd_sof.ipc_floods", contract: "^1.0.0" }],
  probe() {},
});

test("every client asks for a version of its contract, and the core publishes one that fits", async () => {
  for (const { idTable } of [client, flood, typo, floodTest, injector]) {
    expect(idTable?.map(({ contract }) => contract)).toEqual(["^1.0.0"]);
  }
  const machine = await Machine.booted({ enable: true });
  for (const device of machine.core.auxiliary.devices()) {
    expect(device.version, device.name).toMatch(/^1\./);
    expect(device.driver, device.name).not.toBeNull();
  }
  await machine.end();
});
