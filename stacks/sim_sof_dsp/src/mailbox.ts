import type { FirmwareReply } from "./firmware-probes.ts";

/** The 32-bit words of a message, little-endian. */
export function messageWords(message: Uint8Array): number[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  return Array.from({ length: message.byteLength >> 2 }, (_, i) => view.getUint32(i * 4, true));
}

/** A reply: its size, the command that it answers, the error, and whatever else there is to say. */
export function replyMessage(command: number, { error, words = [] }: FirmwareReply): Uint8Array {
  const reply = new Uint8Array(12 + words.length * 4);
  const view = new DataView(reply.buffer);
  for (const [i, word] of [reply.byteLength, command, error, ...words].entries()) {
    view.setUint32(i * 4, word >>> 0, true);
  }
  return reply;
}
