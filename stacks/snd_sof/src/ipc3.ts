/** Bytes that fit into the mailbox. */
export const MAX_PAYLOAD = 384;

/** Message classes and calls of the IPC3 protocol that the core and its clients use. */
export const ipc3Command = {
  ctxSave: 0x4001_0000,
  ctxRestore: 0x4002_0000,
  pipelineNew: 0x3010_0000,
  testIpcFlood: 0xb001_0000,
  probeInit: 0xc001_0000,
  probeDeinit: 0xc002_0000,
  probePointAdd: 0xc006_0000,
  probePointInfo: 0xc007_0000,
  probePointRemove: 0xc008_0000,
} as const;

/** A message: its size, the command, then the words, little-endian. */
export function ipc3Message(command: number, words: readonly number[] = []): Uint8Array {
  const message = new Uint8Array(8 + words.length * 4);
  const view = new DataView(message.buffer);
  for (const [i, word] of [message.byteLength, command, ...words].entries()) view.setUint32(i * 4, word >>> 0, true);
  return message;
}

/** The 32-bit words of a message, from byte `from` on. */
export function ipc3Words(message: Uint8Array, from = 0): number[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const words: number[] = [];
  for (let at = from; at + 4 <= message.byteLength; at += 4) words.push(view.getUint32(at, true));
  return words;
}

/** The error number in a reply, 0 or negative. */
export function ipc3Error(reply: Uint8Array): number {
  return (ipc3Words(reply, 8)[0] ?? 0) | 0;
}
