import { createMemo, For, type JSX } from "solid-js";
import type { Entry } from "../api.ts";
import { levelOf, moment, textOf } from "../text.ts";

/** How many entries are shown at once; the log shows all. */
const MOST = 200;

/** Entries of one device, newest first. */
export function EntryList(props: { readonly entries: readonly Entry[] }): JSX.Element {
  const shown = createMemo(() => props.entries.slice(-MOST).toReversed());
  return (
    <ol class="plain events">
      <For each={shown()} fallback={<li class="hint">Nothing that the journal knows of.</li>}>
        {(entry) => (
          <li class={levelOf(entry)}>
            <time title={new Date(entry.time).toISOString()}>{moment(entry.time)}</time>{" "}
            <span class="kind">{entry.kind}</span>{" "}
            <span class="what">
              {entry.driver === null ? "" : `${entry.driver}: `}
              {textOf(entry)}
            </span>
          </li>
        )}
      </For>
    </ol>
  );
}
