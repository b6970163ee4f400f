export const QP_STATES = ["RESET", "INIT", "RTR", "RTS", "ERR"] as const;

export type QpState = (typeof QP_STATES)[number];

/** Part of registered memory. */
export interface Sge {
  readonly address: number;
  readonly length: number;
  readonly lkey: number;
}

/** What is put into a send queue. */
export interface SendWqe {
  readonly id: number;
  readonly opcode: "SEND" | "RDMA_WRITE" | "RDMA_READ";
  readonly sge: Sge;
  /** RDMA_WRITE, RDMA_READ */
  readonly remoteAddress?: number;
  readonly rkey?: number;
  /** A completion is wanted also when all went well (yes). */
  readonly signaled?: boolean;
}

/** What is put into a receive queue. */
export interface RecvWqe {
  readonly id: number;
  readonly sge: Sge;
}

export type CqeStatus =
  | "SUCCESS"
  | "LOC_LEN_ERR"
  | "LOC_PROT_ERR"
  | "WR_FLUSH_ERR"
  | "REM_INV_REQ_ERR"
  | "REM_ACCESS_ERR"
  | "RETRY_EXC_ERR"
  | "RNR_RETRY_EXC_ERR";

/** What comes out of a completion queue. */
export interface Cqe {
  readonly id: number;
  readonly status: CqeStatus;
  readonly opcode: SendWqe["opcode"] | "RECV";
  readonly qpn: number;
  readonly bytes: number;
}

/** What a queue pair is told on its way through its states. */
export interface QpAttributes {
  readonly state?: QpState;
  /** RTR: the other end. */
  readonly destQpn?: number;
  /** RTR: its MAC address. */
  readonly destMac?: string;
  /** RTR: the first packet number that comes in (0). */
  readonly rqPsn?: number;
  /** RTS: the first packet number that goes out (0). */
  readonly sqPsn?: number;
  /** RTS: how often to send again when nobody answers (7). */
  readonly retries?: number;
  /** RTS: how often to send again when the other end has no receive posted (3; 7: for ever). */
  readonly rnrRetries?: number;
  /** RTS: milliseconds to wait for an answer (50). */
  readonly timeout?: number;
}

export const ACCESS = { localWrite: 1, remoteWrite: 2, remoteRead: 4 } as const;
