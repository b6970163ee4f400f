import { BusError } from "auxbus";

/** Bytes before the payload: destination, source, type. */
export const HEADER_BYTES = 14;

export const BROADCAST = "ff:ff:ff:ff:ff:ff";

export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

/** @throws {BusError} `EINVAL` no MAC address, such as `02:00:00:00:00:01` */
export function checkMac(text: string): string {
  const mac = text.toLowerCase();
  if (MAC.test(mac)) return mac;
  throw new BusError("EINVAL", `${text} is no MAC address (such as 02:00:00:00:00:01)`, { op: "mac" });
}

export function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(":"), (part) => Number.parseInt(part, 16));
}

export function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** An Ethernet frame without checksum. */
export function makeFrame(to: string, from: string, type: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload.byteLength);
  frame.set(macBytes(to));
  frame.set(macBytes(from), 6);
  new DataView(frame.buffer).setUint16(12, type);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export interface EthernetHeader {
  readonly to: string;
  readonly from: string;
  readonly type: number;
}

/** @returns undefined for a frame that is too short for a header */
export function readHeader(frame: Uint8Array): EthernetHeader | undefined {
  if (frame.byteLength < HEADER_BYTES) return undefined;
  return {
    to: macText(frame.subarray(0, 6)),
    from: macText(frame.subarray(6, 12)),
    type: ((frame[12] ?? 0) << 8) | (frame[13] ?? 0),
  };
}
