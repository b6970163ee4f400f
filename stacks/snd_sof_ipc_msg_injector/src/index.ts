import { type AuxiliaryDriver, BusError, defineIsolableDriver } from "auxbus";
import { Debugfs } from "@auxbus/debugfs";
import { enableClientPm, refuseCrashed, withDspAwake } from "@auxbus/snd_sof";

/** Sends a hand-written message to the DSP: write it to `sof/ipc_msg_inject`, read the reply back. */
export const driver: AuxiliaryDriver = defineIsolableDriver({
  idTable: [{ name: "snd_sof.msg_injector", contract: "^1.0.0" }],
  removeTimeout: 0,

  async probe(device, _id, { driver: { module: owner }, resources }) {
    const debugfs = Debugfs.of(device.core);
    const client = device.shared;
    let reply = new Uint8Array();
    const file = await debugfs.createFile(
      "ipc_msg_inject",
      await client.debugfsRoot,
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
          const most = await client.maxPayload;
          reply = new Uint8Array(await withDspAwake(device, () => client.ipcTxMessage(message, most)));
          return message.byteLength;
        },
      },
      { owner, holdWhileOpen: true },
    );
    resources.use(file);
    await enableClientPm(device);
  },

  async remove(device) {
    await device.runtimePm.disable();
  },
});
