import { For, type JSX, Show } from "solid-js";
import type { Lane } from "../lanes.ts";
import { deviceHref } from "../router.ts";
import { levelOf, moment, nameOf, textOf } from "../text.ts";

/** How many entries are listed; the log has them all. */
const MOST = 100;

/** What a lane shows, for those who cannot see it, and for those who want to know exactly. */
export function LaneEntries(props: { readonly lane: Lane; onClose(): void }): JSX.Element {
  const entries = () => props.lane.entries.toReversed().slice(0, MOST);
  return (
    <section class="chosen" aria-label={`What has happened to ${nameOf(props.lane.path)}`}>
      <div class="bar">
        <h2>
          <a class="mono" href={deviceHref(props.lane.path)}>
            {nameOf(props.lane.path)}
          </a>
        </h2>
        <Show when={props.lane.entries.length > MOST}>
          <span class="hint">
            the last {MOST} of {props.lane.entries.length.toLocaleString("en")}
          </span>
        </Show>
        <button type="button" class="small end" aria-label="Close the list" onClick={() => props.onClose()}>
          ×
        </button>
      </div>
      <div class="scroll grow" tabindex="0" role="region" aria-label="Entries">
        <table class="entries">
          <thead class="sr">
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Kind</th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <tbody>
            <For
              each={entries()}
              fallback={
                <tr>
                  <td>Nothing in what has been read of the journal.</td>
                </tr>
              }
            >
              {(entry) => (
                <tr class={levelOf(entry)}>
                  <td>
                    <time>{moment(entry.time)}</time>
                  </td>
                  <td class="kind">{entry.kind}</td>
                  <td class="what">
                    {entry.driver === null ? "" : `${entry.driver}: `}
                    {textOf(entry)}
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </section>
  );
}
