import type { Verb } from "@auxbus/control";
import type { Vdpa } from "./vdpa.ts";

/** What iproute2's `vdpa` does. */
export function vdpaCommands(vdpa: Vdpa): Verb[] {
  const handles = (): string[] => vdpa.mgmtdevs().map(({ handle }) => handle);
  const names = (): string[] => vdpa.devices().map(({ name }) => name);
  return [
    {
      name: "vdpa mgmtdev show",
      summary: "Show of what vDPA devices can be made.",
      run: () =>
        vdpa.mgmtdevs().map(({ handle, maxVqs, attributes, devices }) => ({
          mgmtdev: handle,
          max_vqs: maxVqs,
          attributes: attributes.join(" "),
          devices: devices.join(" ") || "-",
        })),
    },
    {
      name: "vdpa dev show",
      summary: "Show vDPA devices.",
      run: () =>
        vdpa.devices().map(({ name, mgmtdev, driver, config: { mac, mtu, maxVqp, linkUp } }) => ({
          name,
          mgmtdev,
          driver: driver?.name ?? "-",
          mac,
          mtu,
          max_vqp: maxVqp,
          link: linkUp ? "up" : "down",
        })),
    },
    {
      name: "vdpa dev add",
      summary: "Make a vDPA device.",
      params: [
        { name: "name", positional: true, required: true, description: "its name" },
        {
          name: "mgmtdev",
          required: true,
          description: "of what, such as auxiliary/mlx5_core.sf.2",
          complete: handles,
        },
        { name: "mac", description: "its MAC address" },
        { name: "mtu", type: "number", description: "bytes" },
        { name: "max_vqp", type: "number", description: "pairs of virtqueues" },
      ],
      async run({ name, mgmtdev, mac, mtu, max_vqp: maxVqp }) {
        await vdpa.addDevice(String(name), String(mgmtdev), {
          ...(mac === undefined ? {} : { mac: String(mac) }),
          ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
          ...(maxVqp === undefined ? {} : { maxVqp: Number(maxVqp) }),
        });
      },
    },
    {
      name: "vdpa dev del",
      summary: "Take a vDPA device away.",
      params: [{ name: "name", positional: true, required: true, description: "its name", complete: names }],
      run: ({ name }) => vdpa.delDevice(String(name)),
    },
  ];
}
