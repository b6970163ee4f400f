/** What the notifiers of network devices tell, with the names of the kernel's `NETDEV_*`. */
export type NetEventType =
  | "REGISTER"
  | "UNREGISTER"
  | "UP"
  | "DOWN"
  | "CHANGE"
  | "CHANGEMTU"
  | "CHANGEUPPER"
  | "CHANGELOWERSTATE"
  | "BONDING_INFO"
  /** An IP address was given to the device (the kernel has notifiers of their own for these two). */
  | "ADDR_UP"
  | "ADDR_DOWN";

/** A network device at one moment; data, so that it can be told across borders. */
export interface NetDeviceInfo {
  readonly name: string;
  readonly ifindex: number;
  readonly mac: string;
  readonly mtu: number;
  /** Wanted by the administrator (IFF_UP). */
  readonly up: boolean;
  readonly carrier: boolean;
  /** Its hardware can be used; not so between `detach` and `attach`. */
  readonly present: boolean;
  /** Name of the bond that it is a slave of. */
  readonly master: string | null;
  /** Name of the device that it belongs to, such as `0000:08:00.0`. */
  readonly parent: string;
  readonly addresses: readonly string[];
}

export interface NetEvent {
  readonly type: NetEventType;
  readonly dev: NetDeviceInfo;
  /** `CHANGEUPPER`: the bond that it joins or leaves. */
  readonly upper?: { readonly name: string; readonly linking: boolean };
  /** `ADDR_UP`, `ADDR_DOWN`: which one. */
  readonly address?: string;
}
