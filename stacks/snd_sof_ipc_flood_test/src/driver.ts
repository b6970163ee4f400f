import {
  type AuxiliaryDriver,
  BusError,
  defineIsolableDriver,
  type IsolableDevice,
  type IsolableModule,
  type Remote,
} from "auxbus";
import { Debugfs, type DebugfsDir, type DebugfsFileOps } from "@auxbus/debugfs";
import { enableClientPm, refuseCrashed, withDspAwake } from "@auxbus/snd_sof";
import { flood, type FloodResult, formatResult } from "./flood.ts";

const MAX_COUNT = 10_000;
const MAX_DURATION = 1000;

const COUNT_FILE = "ipc_flood_count";
const DURATION_FILE = "ipc_flood_duration_ms";

/** Measures the IPC of the DSP: `echo 1000 > sof/ipc_flood_count`, then read the file. */
export const driver: AuxiliaryDriver = defineIsolableDriver({
  idTable: [{ name: "snd_sof.ipc_flood", contract: "^1.0.0" }],
  // Removing the files waits for whoever has them open, however long.
  removeTimeout: 0,

  async probe(device, _id, { driver: { module }, resources }) {
    const debugfs = Debugfs.of(device.core);
    const root = await device.shared.debugfsRoot;
    const dir = resources.use(await debugfs.createDir(device.name, root));
    await createFiles(dir, device, module);
    if (device.id === 0) {
      for (const name of [COUNT_FILE, DURATION_FILE]) {
        resources.use(await debugfs.createSymlink(name, root, `${device.name}/${name}`));
      }
    }
    await enableClientPm(device);
  },

  async remove(device) {
    await device.runtimePm.disable();
  },
});

async function createFiles(
  dir: Remote<DebugfsDir>,
  device: IsolableDevice<"snd_sof.ipc_flood">,
  owner: IsolableModule,
): Promise<void> {
  const debugfs = Debugfs.of(device.core);
  const client = device.shared;
  let last: FloodResult | undefined;
  const ops = (name: string, most: number): DebugfsFileOps => ({
    open: () => refuseCrashed(client),
    read: () => (last === undefined ? "" : formatResult(last)),
    async write(data) {
      const limit = Math.min(parseUnsigned(data), most);
      if (limit === 0) return data.byteLength;
      const { result, error } = await withDspAwake(device, () =>
        flood(client, device.core.runtime, name === COUNT_FILE ? { count: limit } : { duration: limit }),
      );
      if (result !== undefined) last = result;
      if (error !== undefined) {
        device.core.log.error(`${device.name}: ipc flood test failed at ${result?.count ?? 0} iterations`, {
          device: device.name,
          error,
        });
        // oxlint-disable-next-line typescript/only-throw-error -- what the DSP answered, as it is
        throw error;
      }
      return data.byteLength;
    },
  });
  const options = { owner, holdWhileOpen: true };
  await debugfs.createFile(COUNT_FILE, dir, ops(COUNT_FILE, MAX_COUNT), options);
  await debugfs.createFile(DURATION_FILE, dir, ops(DURATION_FILE, MAX_DURATION), options);
}

/** A number as the kernel's `kstrtoul` takes it: decimal, octal after 0, hexadecimal after 0x. */
function parseUnsigned(data: Uint8Array): number {
  const text = new TextDecoder().decode(data).replace(/\n$/, "");
  const match = /^\+?(?:(0[xX][0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))$/.exec(text);
  if (match === null) throw new BusError("EINVAL", `${JSON.stringify(text)} is no unsigned number`, { op: "write" });
  const [, hex, octal] = match;
  return hex !== undefined ? Number(hex) : octal !== undefined ? Number.parseInt(octal, 8) : Number(text);
}
