// Compiled, not run: every line under an expected error must be one, and nothing else may be.
import { type AuxiliaryDriver, defineAuxiliaryDriver, type Shared } from "auxbus";
import type { FwState, SofClient, SofProbesClient, SofProbesHostOps } from "@auxbus/snd_sof";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <T extends true>(): T | undefined => undefined;

isTrue<Equal<Shared<"snd_sof.ipc_flood">, SofClient>>();
isTrue<Equal<Shared<"snd_sof.msg_injector">, SofClient>>();
isTrue<Equal<Shared<"snd_sof.hda-probes">, SofProbesClient>>();

export const client: AuxiliaryDriver = defineAuxiliaryDriver({
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

export const flood: AuxiliaryDriver = defineAuxiliaryDriver({
  idTable: [{ name: "snd_sof.ipc_flood", contract: "^1.0.0" }],
  probe({ shared }) {
    // @ts-expect-error -- only the probes client gets the host's operations
    void shared.host;
  },
});

export const typo: AuxiliaryDriver = defineAuxiliaryDriver({
  // @ts-expect-error -- nobody publishes this contract
  idTable: [{ name: "snd_sof.ipc_floods", contract: "^1.0.0" }],
  probe() {},
});
