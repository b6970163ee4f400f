import type { Verb } from "@auxbus/control";
import { BusError, type DriverCore } from "auxbus";

/** To break simulated hardware from a shell: its knobs are files in the folder `simulated` of its PCI function. */
export function knobCommands(core: DriverCore): Verb[] {
  const folder = (dev: unknown): string => `bus/pci/devices/${String(dev)}/simulated`;
  const knobs = (dev: unknown): string[] => {
    if (core.sysfs.exists(folder(dev))) return core.sysfs.list(folder(dev));
    throw new BusError("ENODEV", `${String(dev)} is no simulated PCI function; there are ${devices().join(", ")}`, {
      op: "sim",
    });
  };
  const devices = (): string[] => core.sysfs.list("bus/pci/devices").filter((name) => core.sysfs.exists(folder(name)));
  const dev = {
    name: "dev",
    positional: true,
    required: true,
    description: "a PCI function, such as 0000:08:00.0",
    complete: devices,
  };
  return [
    {
      name: "sim show",
      summary: "Show the knobs of simulated hardware.",
      params: [dev],
      run: ({ dev: name }) => knobs(name).map((knob) => ({ knob, value: valueOf(core, `${folder(name)}/${knob}`) })),
    },
    {
      name: "sim set",
      summary: "Turn a knob of simulated hardware: let it fail, be slow, lose its link.",
      params: [
        dev,
        { name: "knob", positional: true, required: true, description: "which; see sim show" },
        { name: "value", positional: true, required: true, description: "to what" },
      ],
      async run({ dev: name, knob, value }) {
        if (!knobs(name).includes(String(knob))) {
          throw new BusError(
            "ENOENT",
            `${String(name)} has no knob ${String(knob)}; it has ${knobs(name).join(", ")}`,
            { op: "sim set" },
          );
        }
        await core.sysfs.write(`${folder(name)}/${String(knob)}`, String(value));
      },
    },
  ];
}

/** Some can only be written. */
function valueOf(core: DriverCore, path: string): string {
  try {
    return core.sysfs.read(path).trim().replaceAll("\n", ", ");
  } catch {
    return "(write only)";
  }
}
