import { type Accessor, createSignal } from "solid-js";
import type { Console, Question } from "./context.ts";
import { reasonOf } from "./live.ts";
import type { Asked } from "./ui/dialog.tsx";

/** Milliseconds that it is shown that something was done; what went wrong stays until it is closed. */
const SHOWN = 6000;

export interface Message {
  readonly text: string;
  readonly bad: boolean;
}

export interface Actions extends Pick<Console, "act" | "actAfter"> {
  readonly message: Accessor<Message | null>;
  readonly asked: Accessor<Asked | null>;
  forgetMessage(this: void): void;
}

/** How all parts of the page do something to the host. */
export function useActions(): Actions {
  const [message, setMessage] = createSignal<Message | null>(null);
  const [asked, setAsked] = createSignal<Asked | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (text: string, bad: boolean): void => {
    clearTimeout(timer);
    setMessage({ text, bad });
    if (!bad) timer = setTimeout(() => setMessage(null), SHOWN);
  };
  const act = async (what: string, fn: () => Promise<unknown>): Promise<boolean> => {
    try {
      const done = await fn();
      const unwritten = typeof done === "object" && done !== null && "journaled" in done && done.journaled === false;
      tell(unwritten ? `${what}: done, but the journal cannot be written` : `${what}: done`, unwritten);
      return true;
    } catch (error) {
      tell(`${what}: ${reasonOf(error)}`, true);
      return false;
    }
  };
  const actAfter = async (question: Question, fn: () => Promise<unknown>): Promise<boolean> => {
    const agreed = await new Promise<boolean>((answer) => setAsked({ question, answer }));
    setAsked(null);
    return agreed && act(question.action, fn);
  };
  return { message, asked, act, actAfter, forgetMessage: () => setMessage(null) };
}
