import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, Show } from "solid-js";
import { toError } from "auxbus";
import type { Entry } from "../api.ts";
import { useConsole } from "../context.ts";
import { deviceHref } from "../router.ts";
import { levelOf, moment, nameOf, textOf } from "../text.ts";
import { VirtualList } from "../ui/virtual-list.tsx";

const KINDS = ["uevent", "probe", "remove", "pm", "crash", "operation", "module", "log", "host", "gap"] as const;
const SINCE = { "": "all", 60: "1 minute", 3600: "1 hour", 86400: "1 day" } as const;

interface Filter {
  readonly kinds: readonly string[];
  readonly level: "info" | "warn" | "error" | "";
  readonly device: string;
  readonly text: string;
  readonly since: string;
}

const RANK = { info: 0, warn: 1, error: 2 } as const;

/** Everything that the journal knows, newest first; what comes is shown as it comes. */
export function LogView(): JSX.Element {
  const { client, model } = useConsole();
  const [filter, setFilter] = createSignal<Filter>({ kinds: [], level: "", device: "", text: "", since: "" });
  const [past, setPast] = createSignal<readonly Entry[]>([]);
  const [more, setMore] = createSignal(true);
  const [failure, setFailure] = createSignal<string | null>(null);
  let loading = false;
  let generation = 0;

  const older = async (): Promise<void> => {
    if (loading || !more()) return;
    loading = true;
    const mine = generation;
    const { kinds, device, text, since } = filter();
    try {
      const page = await client.get("/v1/journal", {
        query: {
          limit: 500,
          ...(past().length === 0 ? {} : { before: past().at(-1)?.id ?? 0 }),
          ...(kinds.length === 0 ? {} : { kind: kinds.join(",") }),
          ...(device === "" ? {} : { device }),
          ...(text === "" ? {} : { text }),
          ...(since === "" ? {} : { since: Date.now() - Number(since) * 1000 }),
        },
      });
      if (mine !== generation) return;
      setPast([...past(), ...page.entries]);
      setMore(page.more);
      setFailure(null);
    } catch (error) {
      setFailure(toError(error).message);
      setMore(false);
    } finally {
      loading = false;
      if (mine !== generation) void older();
    }
  };
  // Typing is not answered letter by letter.
  createEffect(
    on(filter, () => {
      const timer = setTimeout(() => {
        generation++;
        setPast([]);
        setMore(true);
        void older();
      }, 200);
      onCleanup(() => clearTimeout(timer));
    }),
  );

  const shown = createMemo((): readonly Entry[] => {
    const { kinds, level, device, text } = filter();
    const known = past()[0]?.id ?? 0;
    const fits = (entry: Entry): boolean =>
      (kinds.length === 0 || kinds.includes(entry.kind)) &&
      (device === "" || entry.device === device || entry.device?.endsWith(`/${device}`) === true) &&
      (text === "" || JSON.stringify(entry).toLowerCase().includes(text.toLowerCase()));
    const fresh = model()
      .recent.filter((entry) => entry.id > known && fits(entry))
      .toReversed();
    const all = [...fresh, ...past()];
    return level === "" ? all : all.filter((entry) => RANK[levelOf(entry)] >= RANK[level]);
  });
  const set = (part: Partial<Filter>): void => void setFilter({ ...filter(), ...part });

  return (
    <div class="fill">
      <h1 class="sr">Log</h1>
      <div class="bar">
        <input
          type="search"
          placeholder="Text"
          aria-label="Text in the entry"
          onInput={(event) => set({ text: event.currentTarget.value.trim() })}
        />
        <input
          type="search"
          placeholder="Device"
          aria-label="Device"
          onInput={(event) => set({ device: event.currentTarget.value.trim() })}
        />
        <select
          aria-label="Level"
          onChange={(event) =>
            set({
              level: (["info", "warn", "error"] as const).find((level) => level === event.currentTarget.value) ?? "",
            })
          }
        >
          <option value="">any level</option>
          <option value="warn">warnings</option>
          <option value="error">errors</option>
        </select>
        <select aria-label="How far back" onChange={(event) => set({ since: event.currentTarget.value })}>
          {Object.entries(SINCE).map(([value, name]) => (
            <option value={value} selected={value === ""}>
              {name}
            </option>
          ))}
        </select>
        <div class="chips" role="group" aria-label="Kinds">
          <For each={KINDS}>
            {(kind) => (
              <button
                type="button"
                class="chip"
                aria-pressed={filter().kinds.includes(kind)}
                onClick={() =>
                  set({
                    kinds: filter().kinds.includes(kind)
                      ? filter().kinds.filter((each) => each !== kind)
                      : [...filter().kinds, kind],
                  })
                }
              >
                {kind}
              </button>
            )}
          </For>
        </div>
      </div>
      <Show when={failure()}>
        {(why) => (
          <p class="error" role="alert">
            {why()}
          </p>
        )}
      </Show>
      <Show when={shown().length > 0} fallback={<p class="empty">Nothing like that has happened.</p>}>
        <VirtualList
          items={shown()}
          rowHeight={26}
          label="Journal"
          class="grow log"
          onScroll={(element) => {
            if (element.scrollTop + element.clientHeight > element.scrollHeight - 400) void older();
          }}
          row={(entry) => (
            <div class={`row log-row ${levelOf(entry)}`} role="listitem">
              <time title={new Date(entry.time).toISOString()}>{moment(entry.time)}</time>
              <span class="kind">{entry.kind}</span>
              <span class="mono cut">
                <Show when={entry.device}>{(device) => <a href={deviceHref(device())}>{nameOf(device())}</a>}</Show>
              </span>
              <span class="cut" title={textOf(entry)}>
                {entry.driver === null ? "" : `${entry.driver}: `}
                {textOf(entry)}
              </span>
            </div>
          )}
        />
      </Show>
    </div>
  );
}
