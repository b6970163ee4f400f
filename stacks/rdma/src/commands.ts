import type { Verb } from "@auxbus/control";
import type { Rdma } from "./rdma.ts";

/** What iproute2's `rdma` does. (Not the verbs of RDMA itself.) */
export function rdmaCommands(rdma: Rdma): Verb[] {
  return [
    {
      name: "rdma dev show",
      summary: "Show RDMA devices.",
      run: () =>
        rdma.list().map(({ index, name, nodeGuid, systemImageGuid, firmware, parent }) => ({
          index,
          name,
          node_guid: nodeGuid,
          sys_image_guid: systemImageGuid,
          fw: firmware,
          parent,
          users: rdma.contexts().filter(({ device }) => device.name === name).length,
        })),
    },
    {
      name: "rdma link show",
      summary: "Show ports of RDMA devices.",
      run: () =>
        rdma.links().map(({ device, port, state, netdev, gids }) => ({
          link: `${device}/${port}`,
          state,
          netdev: netdev ?? "-",
          gid: gids[0] ?? "-",
        })),
    },
  ];
}
