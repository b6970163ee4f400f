/** Faults to come; change them at any time. */
export interface DspFaults {
  /** So many of the next messages are never answered. */
  dropReplies: number;
  /** So many of the next messages are answered with `errorCode`. */
  errorReplies: number;
  /** A negative errno number. */
  errorCode: number;
  /** The firmware panics instead of answering after so many more messages; negative: never. */
  panicAfter: number;
  /** So many of the next firmware loads fail. */
  failLoads: number;
  /** So many of the next boots do not come to "ready". */
  failBoots: number;
  /** So many of the next boots come to a "ready" that speaks another protocol version. */
  badReadies: number;
  /** As long as it is set, no host DMA stream is free. */
  noStreams: boolean;
}

export function noFaults(): DspFaults {
  return {
    dropReplies: 0,
    errorReplies: 0,
    errorCode: -22,
    panicAfter: -1,
    failLoads: 0,
    failBoots: 0,
    badReadies: 0,
    noStreams: false,
  };
}
