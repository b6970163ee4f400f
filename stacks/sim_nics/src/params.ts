import type { ModuleParams } from "auxbus";

/** What the module's parameters say. */
export interface NicsParams {
  /** Ports of the ConnectX card. */
  readonly connectx: number;
  /** Functions of the Intel cards. */
  readonly e810: number;
  readonly x710: number;
  readonly e2100: number;
  /** Network devices that appear are brought up and given an address. */
  readonly addresses: boolean;
  /** Milliseconds between things that somebody does with the cards; 0: nothing. */
  readonly life: number;
}

export function parseParams(params: ModuleParams): NicsParams {
  const number = (name: string, usual: number): number => Number(params[name] ?? usual);
  return {
    connectx: number("connectx", 2),
    e810: number("e810", 1),
    x710: number("x710", 1),
    e2100: number("e2100", 0),
    addresses: params["addresses"] !== false,
    life: number("life", 0),
  };
}
