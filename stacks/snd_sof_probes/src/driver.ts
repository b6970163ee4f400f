import { type AuxiliaryDriver, BusError, defineIsolableDriver } from "auxbus";
import { Debugfs, type DebugfsFileOps } from "@auxbus/debugfs";
import { enableClientPm, keepDspAwake } from "@auxbus/snd_sof";
import { Sound } from "@auxbus/sound";
import { Extraction } from "./extraction.ts";
import { formatPoints, parseNumbers, parsePoints } from "./probe-points.ts";

const COMPONENT = "sof-probes-component";

export interface ProbesOptions {
  readonly enable: boolean;
}

/** Offers a compressed capture device that extracts audio data from inside the DSP, and files to say from where. */
export function probesDriver({ enable }: ProbesOptions): AuxiliaryDriver {
  return defineIsolableDriver({
    idTable: [{ name: "snd_sof.hda-probes", contract: "^1.0.0" }],
    removeTimeout: 0,

    async probe(device, _id, { driver: { module: owner }, resources }) {
      const client = device.shared;
      if (!enable) throw refuse(device, "ENXIO", "probes are off (module parameter enable)");
      const ipcType = await client.ipcType;
      if (ipcType !== 3) throw refuse(device, "ENXIO", `probes need IPC3, not IPC${ipcType}`);
      const host = await client.host;
      if (host === undefined) throw refuse(device, "ENODEV", "the platform has no host operations for probes");
      const { core, name } = device;
      const extraction = new Extraction({
        client,
        host,
        name,
        log: core.log,
        keepAwake: () => keepDspAwake(device),
      });

      const sound = Sound.of(core);
      resources.use(await sound.registerComponent({ name: COMPONENT, dais: ["Probe Extraction CPU DAI"] }));
      const links = ["Compress Probe Capture"];
      resources.use(await sound.registerCard("sof-probes", { links, compress: extraction }));

      const debugfs = Debugfs.of(core);
      const root = await client.debugfsRoot;
      for (const [file, ops] of Object.entries(filesOf(extraction))) {
        resources.use(await debugfs.createFile(file, root, ops, { owner }));
      }
      await enableClientPm(device);
    },

    async remove(device) {
      await device.runtimePm.disable();
    },
  });
}

/** That no stream is open is said before anything is wrong with what was written. */
function filesOf(extraction: Extraction): Record<"probe_points" | "probe_points_remove", DebugfsFileOps> {
  const decode = (data: Uint8Array): string => new TextDecoder().decode(data);
  return {
    probe_points: {
      read: async () => formatPoints(await extraction.points()),
      async write(data) {
        extraction.stream();
        await extraction.add(parsePoints(decode(data)));
        return data.byteLength;
      },
    },
    probe_points_remove: {
      async write(data) {
        extraction.stream();
        await extraction.removePoints(parseNumbers(decode(data)));
        return data.byteLength;
      },
    },
  };
}

function refuse(device: { readonly name: string }, code: "ENXIO" | "ENODEV", why: string): BusError {
  return new BusError(code, why, { op: "probe", device: device.name });
}
