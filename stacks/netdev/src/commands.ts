import type { Verb, VerbArgs } from "@auxbus/control";
import { BusError } from "auxbus";
import { BOND_MODES, type BondMode } from "./bond.ts";
import type { NetDevices } from "./net-devices.ts";

/** What iproute2's `ip` does, as far as there is something for it here. */
export function ipCommands(netdevs: NetDevices): Verb[] {
  const names = (): string[] => netdevs.list().map(({ name }) => name);
  const bonds = (): string[] => netdevs.bonds().map(({ name }) => name);
  const name = { name: "name", positional: true, required: true, description: "a network device", complete: names };
  const dev = { name: "dev", required: true, description: "a network device", complete: names };
  const address = {
    name: "address",
    positional: true,
    required: true,
    description: "an IPv4 address, such as 10.0.0.1",
  };
  return [
    {
      name: "ip link show",
      summary: "Show network devices.",
      params: [{ ...name, required: false }],
      run: ({ name: only }) => links(netdevs, only),
    },
    {
      name: "ip link set",
      summary: "Change a network device: up or down, its MTU, its bond.",
      params: [
        name,
        { name: "up", type: "boolean", description: "bring it up" },
        { name: "down", type: "boolean", description: "bring it down" },
        { name: "mtu", type: "number", description: "bytes" },
        { name: "master", description: "the bond to join", complete: bonds },
        { name: "nomaster", type: "boolean", description: "leave the bond" },
      ],
      run: (args) => setLink(netdevs, args),
    },
    {
      name: "ip link add",
      summary: "Make a bond.",
      params: [
        { name: "name", positional: true, required: true, description: "its name, such as bond0" },
        { name: "type", required: true, description: "what to make", choices: ["bond"] },
        { name: "mode", description: "how it spreads what it sends (active-backup)", choices: BOND_MODES },
      ],
      async run({ name: bond, mode = "active-backup" }) {
        await netdevs.addBond(String(bond), modeOf(mode));
      },
    },
    {
      name: "ip link del",
      summary: "Take a bond away.",
      params: [{ ...name, description: "a bond", complete: bonds }],
      run: ({ name: bond }) => netdevs.delBond(String(bond)),
    },
    {
      name: "ip addr show",
      summary: "Show the addresses of network devices.",
      run: () =>
        netdevs.list().flatMap(({ name: owner, addresses }) => addresses.map((ip) => ({ address: ip, dev: owner }))),
    },
    {
      name: "ip addr add",
      summary: "Give a network device an address.",
      params: [address, dev],
      run: ({ address: ip, dev: owner }) => netdevs.addAddress(String(owner), String(ip)),
    },
    {
      name: "ip addr del",
      summary: "Take an address away from a network device.",
      params: [address, dev],
      run: ({ address: ip, dev: owner }) => netdevs.delAddress(String(owner), String(ip)),
    },
  ];
}

function links(netdevs: NetDevices, only: VerbArgs[string]): object[] {
  if (only !== undefined) netdevs.get(String(only));
  return netdevs
    .devices()
    .filter(({ name }) => only === undefined || name === only)
    .map((dev) => {
      const { name, ifindex, mac, mtu, up, master, parent } = dev.info();
      const { rxPackets, txPackets } = dev.stats;
      return {
        ifindex,
        name,
        admin: up ? "up" : "down",
        state: dev.operstate,
        mtu,
        mac,
        master: master ?? "-",
        parent,
        rx: rxPackets,
        tx: txPackets,
      };
    });
}

/** What changes must be possible for goes first: the bond before its MTU. */
async function setLink(netdevs: NetDevices, { name, up, down, mtu, master, nomaster }: VerbArgs): Promise<void> {
  const dev = String(name);
  netdevs.get(dev);
  const wanted = down === undefined ? up : down !== true;
  if (wanted === undefined && mtu === undefined && master === undefined && nomaster !== true) {
    throw new BusError("EINVAL", "say what to change: up, down, mtu, master or nomaster", { op: "ip link set" });
  }
  if (nomaster === true) await netdevs.release(dev);
  if (master !== undefined) await netdevs.enslave(dev, String(master));
  if (mtu !== undefined) await netdevs.setMtu(dev, Number(mtu));
  if (wanted !== undefined) await netdevs.setUp(dev, wanted === true);
}

function modeOf(text: VerbArgs[string]): BondMode {
  const mode = BOND_MODES.find((known) => known === text);
  if (mode !== undefined) return mode;
  throw new BusError("EINVAL", `a bond's mode is ${BOND_MODES.join(", ")}, not ${String(text)}`, { op: "ip link add" });
}
