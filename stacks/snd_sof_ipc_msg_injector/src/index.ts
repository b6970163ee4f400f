import { type AuxiliaryDriver, BusError, defineAuxiliaryDriver } from "auxbus";
import { Debugfs } from "@auxbus/debugfs";
import { enableClientPm, refuseCrashed, withDspAwake } from "@auxbus/snd_sof";

/** Sends a hand-written message to the DSP: write it to `sof/ipc_msg_inject`, read the reply back. */
export const driver: AuxiliaryDriver = defineAuxiliaryDriver({
  idTable: [{ name: "snd_sof.msg_injector", contract: "^1.0.0" }],
  removeTimeout: 0,

  probe(device, _id, { driver: { module: owner }, resources }) {
    const debugfs = Debugfs.of(device.core);
    const client = device.shared;
    let reply = new Uint8Array();
    const file = debugfs.createFile(
      "ipc_msg_inject",
      client.debugfsRoot,
      {
        open: () => refuseCrashed(client),
        read: () => reply,
        async write(message) {
          if (message.byteLength < 8) {
            throw new BusError(
              "EINVAL",
              `a message has at least 8 bytes (size and command), not ${message.byteLength}`,
              { op: "write" },
            );
          }
          reply = new Uint8Array(await withDspAwake(device, () => client.ipcTxMessage(message, client.maxPayload)));
          return message.byteLength;
        },
      },
      { owner, holdWhileOpen: true },
    );
    resources.defer(() => debugfs.remove(file));
    enableClientPm(device);
  },

  async remove(device) {
    await device.runtimePm.disable();
  },
});
