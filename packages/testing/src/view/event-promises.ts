import type { BusView } from "auxbus";
import type { ViewPromise } from "./check-view.ts";
import { expectThat } from "./expecting.ts";

/** What is promised of uevents. */
export const EVENT_PROMISES: readonly ViewPromise[] = [
  { name: "uevents say when they are listened to, and end when they are told to", check: ending },
  { name: "uevents that are told to end before they begin have none", check: endedBefore },
  { name: "uevents can be left, and listened to again", check: leaving },
];

async function ending(view: BusView): Promise<void> {
  const end = new AbortController();
  let listening = (): void => {};
  const begun = new Promise<void>((resolve) => {
    listening = resolve;
  });
  const events = view.uevents({ signal: end.signal, listening })[Symbol.asyncIterator]();
  const next = events.next();
  let ended = false;
  await Promise.race([begun, next.then(({ done }) => (ended = done === true))]);
  expectThat(!ended, "they end before they are told to");
  end.abort();
  // Those that have been on their way still come.
  let step = await next;
  while (step.done !== true) step = await events.next();
}

async function endedBefore(view: BusView): Promise<void> {
  for await (const { action } of view.uevents({ signal: AbortSignal.abort() })) {
    expectThat(false, `there is ${action}`);
  }
}

async function leaving(view: BusView): Promise<void> {
  for (let i = 0; i < 2; i++) {
    const end = new AbortController();
    const events = view.uevents({ signal: end.signal })[Symbol.asyncIterator]();
    const next = events.next();
    end.abort();
    await next;
    await events.return?.();
  }
}
