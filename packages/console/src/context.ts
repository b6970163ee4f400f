import { type Accessor, type Context, createContext, useContext } from "solid-js";
import type { HostClient } from "@auxbus/host/client";
import type { Device } from "./api.ts";
import type { Live } from "./live.ts";
import type { Model } from "./model.ts";

/** Something that interrupts what is going on, and is asked about before. */
export interface Question {
  readonly title: string;
  /** What will happen, line by line. */
  readonly lines: readonly string[];
  /** What the button says. */
  readonly action: string;
}

/** What all parts of the page share. */
export interface Console {
  readonly client: HostClient;
  readonly live: Live;
  /** Changes when the model does: look at it through this. */
  readonly model: Accessor<Model>;
  /** Changes only when a device or its state does. */
  readonly devices: Accessor<ReadonlyMap<string, Device>>;
  /** Why nothing can be changed, or null. */
  readonly readOnly: Accessor<string | null>;
  /** Does something; what goes wrong is shown. @returns whether it was done */
  act(this: void, what: string, fn: () => Promise<unknown>): Promise<boolean>;
  /** As `act`, after a person has agreed. */
  actAfter(this: void, question: Question, fn: () => Promise<unknown>): Promise<boolean>;
}

export const ConsoleContext: Context<Console | undefined> = createContext<Console>();

export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (found === undefined) throw new Error("there is no console around this");
  return found;
}
