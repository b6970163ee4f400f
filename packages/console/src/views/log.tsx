import { createMemo, createSignal, For, type JSX, onCleanup, Show, untrack } from "solid-js";
import { JOURNAL_KINDS } from "@auxbus/host/client";
import type { Entry } from "../api.ts";
import { useConsole } from "../context.ts";
import { ALL, fits, hasLevel, type LogFilter, queryOf } from "../log-filter.ts";
import { deviceHref } from "../router.ts";
import { isOfDevice, levelOf, moment, nameOf, textOf } from "../text.ts";
import { Trouble } from "../ui/trouble.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { useJournal } from "../use-journal.ts";
import { useNarrow } from "../use-narrow.ts";

const LEVELS = [
  ["info", "any level"],
  ["warn", "warnings"],
  ["error", "errors"],
] as const;

const SINCE = [
  [0, "any time"],
  [60, "last minute"],
  [3600, "last hour"],
  [86_400, "last day"],
] as const;

/** Milliseconds after which what was typed is asked for. */
const TYPING = 200;

/** How many entries have come at the start of a list. */
function prepended([first]: readonly Entry[], now: readonly Entry[]): number {
  return first === undefined ? 0 : Math.max(0, now.indexOf(first));
}

/** Everything that the journal knows, newest first; what comes is shown as it comes. */
export function LogView(): JSX.Element {
  const { client, model } = useConsole();
  const [filter, setFilter] = createSignal<LogFilter>(ALL);
  const journal = useJournal(() => {
    const wanted = filter();
    const query = queryOf(wanted, untrack(model).now());
    return {
      read: (before) =>
        client.get("/v1/journal", { query: { ...query, limit: 500, ...(before === undefined ? {} : { before }) } }),
      fits: (entry) => fits(wanted, entry),
    };
  });
  const shown = createMemo((): readonly Entry[] => {
    const wanted = filter();
    return journal()
      .entries.filter((entry) => hasLevel(wanted, entry))
      .toReversed();
  });
  const narrow = useNarrow();
  const set = (part: Partial<LogFilter>): void => void setFilter({ ...filter(), ...part });
  let typed: Partial<LogFilter> = {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const type = (part: Partial<LogFilter>): void => {
    clearTimeout(timer);
    typed = { ...typed, ...part };
    timer = setTimeout(() => {
      set(typed);
      typed = {};
    }, TYPING);
  };
  const toggle = (kind: string): void => {
    const { kinds } = filter();
    set({ kinds: kinds.includes(kind) ? kinds.filter((each) => each !== kind) : [...kinds, kind] });
  };
  const older = (): void => {
    if (!journal().loading && journal().error === null) void journal().older();
  };

  return (
    <div class="fill">
      <h1 class="sr">Log</h1>
      <div class="bar">
        <input
          type="search"
          placeholder="Text"
          aria-label="Text in the entry"
          onInput={(event) => type({ text: event.currentTarget.value.trim() })}
        />
        <input
          type="search"
          placeholder="Device"
          aria-label="Name or path of the device"
          onInput={(event) => type({ device: event.currentTarget.value.trim() })}
        />
        <select
          aria-label="Level"
          onChange={(event) => set({ level: LEVELS[event.currentTarget.selectedIndex]?.[0] ?? "info" })}
        >
          <For each={LEVELS}>{([, title]) => <option>{title}</option>}</For>
        </select>
        <select
          aria-label="How far back"
          onChange={(event) => set({ since: SINCE[event.currentTarget.selectedIndex]?.[0] ?? 0 })}
        >
          <For each={SINCE}>{([, title]) => <option>{title}</option>}</For>
        </select>
        <div class="chips" role="group" aria-label="Kinds">
          <For each={JOURNAL_KINDS}>
            {(kind) => (
              <button
                type="button"
                class="chip"
                aria-pressed={filter().kinds.includes(kind)}
                onClick={() => toggle(kind)}
              >
                {kind}
              </button>
            )}
          </For>
        </div>
      </div>
      <Trouble error={journal().error} onRetry={() => void journal().older()} />
      <Show when={shown().length === 0}>
        <p class="empty">
          {journal().loading || journal().more ? "Reading the journal…" : "Nothing like that has happened."}
        </p>
      </Show>
      <VirtualList
        items={shown()}
        rowHeight={narrow() ? 46 : 26}
        label="Journal"
        class="grow log"
        prepended={prepended}
        onEnd={older}
        row={(entry) => <LogRow entry={entry()} />}
      />
      <Show when={journal().isFull}>
        <p class="hint under">What is older is not shown: use the filters.</p>
      </Show>
    </div>
  );
}

function LogRow(props: { readonly entry: Entry }): JSX.Element {
  const text = (): string => `${props.entry.driver === null ? "" : `${props.entry.driver}: `}${textOf(props.entry)}`;
  return (
    <div class={`row log-row ${levelOf(props.entry)}`} role="listitem">
      <time title={new Date(props.entry.time).toISOString()}>{moment(props.entry.time)}</time>
      <span class="kind">{props.entry.kind}</span>
      <span class="mono cut" title={props.entry.device ?? undefined}>
        <Show when={props.entry.device}>
          {(device) => (
            <Show when={isOfDevice(props.entry)} fallback={nameOf(device())}>
              <a href={deviceHref(device())}>{nameOf(device())}</a>
            </Show>
          )}
        </Show>
      </span>
      <span class="cut" title={text()}>
        {text()}
      </span>
    </div>
  );
}
