import { HEADER_BYTES } from "./ethernet-switch.ts";

/** The type of frames that carry RDMA. */
export const ETH_P_ROCE = 0x8915;

export const OPCODES = [
  "SEND",
  "WRITE",
  "READ",
  "READ_RESPONSE",
  "ACK",
  "RNR_NAK",
  "ACCESS_NAK",
  "REQUEST_NAK",
] as const;

export type RoceOpcode = (typeof OPCODES)[number];

/** One RDMA message on the wire. (A whole one: it is not cut into packets of the path's MTU.) */
export interface RocePacket {
  readonly opcode: RoceOpcode;
  readonly destQpn: number;
  readonly sourceQpn: number;
  /** Packet sequence number, of the request. */
  readonly psn: number;
  /** WRITE, READ: where in the other's memory. */
  readonly address: number;
  readonly rkey: number;
  readonly length: number;
  readonly payload: Uint8Array;
}

const NOTHING = new Uint8Array();

/** Bytes of a packet before its payload. */
const PACKET_HEADER = 40;

/** The whole frame. @param header destination, source and type of the frame */
export function encodeRoce(
  header: Uint8Array,
  packet: Omit<RocePacket, "payload" | "address" | "rkey" | "length"> & Partial<RocePacket>,
): Uint8Array {
  const payload = packet.payload ?? NOTHING;
  const frame = new Uint8Array(HEADER_BYTES + PACKET_HEADER + payload.byteLength);
  frame.set(header);
  const view = new DataView(frame.buffer, HEADER_BYTES);
  view.setUint32(0, OPCODES.indexOf(packet.opcode));
  view.setUint32(4, packet.destQpn);
  view.setUint32(8, packet.sourceQpn);
  view.setUint32(12, packet.psn);
  view.setFloat64(16, packet.address ?? 0);
  view.setUint32(24, packet.rkey ?? 0);
  view.setUint32(28, packet.length ?? payload.byteLength);
  frame.set(payload, HEADER_BYTES + PACKET_HEADER);
  return frame;
}

/** @returns undefined for a frame that is too short, or of an unknown kind */
export function decodeRoce(frame: Uint8Array): RocePacket | undefined {
  if (frame.byteLength < HEADER_BYTES + PACKET_HEADER) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset + HEADER_BYTES);
  const opcode = OPCODES[view.getUint32(0)];
  if (opcode === undefined) return undefined;
  return {
    opcode,
    destQpn: view.getUint32(4),
    sourceQpn: view.getUint32(8),
    psn: view.getUint32(12),
    address: view.getFloat64(16),
    rkey: view.getUint32(24),
    length: view.getUint32(28),
    payload: frame.subarray(HEADER_BYTES + PACKET_HEADER),
  };
}

export function isRoce(frame: Uint8Array): boolean {
  return frame[12] === ETH_P_ROCE >> 8 && frame[13] === (ETH_P_ROCE & 0xff);
}

/** Destination, source and type of a RoCE frame. */
export function roceHeader(to: Uint8Array, from: Uint8Array): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(to);
  header.set(from, 6);
  header[12] = ETH_P_ROCE >> 8;
  header[13] = ETH_P_ROCE & 0xff;
  return header;
}
