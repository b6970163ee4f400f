import { type AuxiliaryDriver, BusError, defineAuxiliaryDriver } from "auxbus";
import { Debugfs, type DebugfsDir } from "@auxbus/debugfs";
import { enableClientPm, withDspAwake } from "@auxbus/snd_sof";
import { Sound } from "@auxbus/sound";
import { Extraction, formatPoints, parseInts, type ProbePoint } from "./extraction.ts";

export interface ProbesOptions {
  readonly enable: boolean;
}

/** Offers a compressed capture device that extracts audio data from inside the DSP, and files to say from where. */
export function probesDriver({ enable }: ProbesOptions): AuxiliaryDriver {
  return defineAuxiliaryDriver({
    idTable: [{ name: "snd_sof.hda-probes", contract: "^1.0.0" }],
    removeTimeout: 0,

    probe(device, _id, { driver: { module: owner }, resources }) {
      const client = device.shared;
      if (!enable || client.ipcType !== 3) {
        throw new BusError("ENXIO", "probes are off (module parameter enable)", { op: "probe", device: device.name });
      }
      const { host } = client;
      if (host === undefined) {
        throw new BusError("ENODEV", "the platform has no host operations for probes", {
          op: "probe",
          device: device.name,
        });
      }
      const { core } = device;
      const extraction = new Extraction(client, host, core.log, (fn) => withDspAwake(device, fn));
      const sound = Sound.of(core);
      sound.registerComponent({ name: "sof-probes-component", dais: ["Probe Extraction CPU DAI"] });
      resources.defer(() => sound.unregisterComponent("sof-probes-component"));
      const card = sound.registerCard("sof-probes", { links: ["Compress Probe Capture"], compress: extraction });
      resources.defer(() => sound.unregisterCard(card));
      const debugfs = Debugfs.of(core);
      const file = (
        name: string,
        read: (() => Promise<string>) | undefined,
        write: (text: string) => Promise<void>,
      ): void => {
        const created = debugfs.createFile(
          name,
          client.debugfsRoot satisfies DebugfsDir,
          {
            ...(read === undefined ? {} : { read }),
            async write(data) {
              await write(new TextDecoder().decode(data));
              return data.byteLength;
            },
          },
          { owner },
        );
        resources.defer(() => debugfs.remove(created));
      };
      file(
        "probe_points",
        async () => formatPoints(await extraction.points()),
        (text) => extraction.add(parsePoints(text)),
      );
      file("probe_points_remove", undefined, (text) => extraction.removePoints(parseInts(text)));
      enableClientPm(device);
    },

    async remove(device) {
      await device.runtimePm.disable();
    },
  });
}

function parsePoints(text: string): ProbePoint[] {
  const ints = parseInts(text);
  if (ints.length === 0 || ints.length % 3 !== 0) {
    throw new BusError("EINVAL", `probe points are written as id,purpose,tag triples, not ${ints.length} numbers`, {
      op: "write",
    });
  }
  const points: ProbePoint[] = [];
  for (let i = 0; i < ints.length; i += 3)
    points.push({ id: ints[i] ?? 0, purpose: ints[i + 1] ?? 0, tag: ints[i + 2] ?? 0 });
  return points;
}
