import { createEffect, createMemo, For, type JSX, on, Show } from "solid-js";
import type { Entry } from "../api.ts";
import { useConsole } from "../context.ts";
import { deviceHref } from "../router.ts";
import { nameOf } from "../text.ts";
import { EntryList } from "../ui/entry-list.tsx";
import { ProbeTimes } from "../ui/probe-times.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Trouble } from "../ui/trouble.tsx";
import { useJournal } from "../use-journal.ts";
import { useLoaded } from "../use-loaded.ts";
import { Attributes } from "./attributes.tsx";
import { DeviceActions } from "./device-actions.tsx";
import { DeviceFacts, DriverVerdicts, Surroundings } from "./device-cards.tsx";

/** All about one device. */
export function DeviceView(props: { readonly path: string }): JSX.Element {
  const { client, model, devices } = useConsole();
  const device = createMemo(() => devices().get(props.path));
  const parked = createMemo(() => model().parked.get(props.path));
  const explanation = useLoaded(
    () => props.path,
    async (path) => (model().devices.has(path) ? client.get("/v1/explain", { query: { path } }) : null),
  );
  const journal = useJournal(() => {
    const { path } = props;
    return {
      read: (before) =>
        client.get("/v1/journal", { query: { device: path, limit: 500, ...(before === undefined ? {} : { before }) } }),
      fits: (entry: Entry) => entry.device === path,
    };
  });
  // What is said of it changes when something happens to it, or when a driver comes or goes.
  createEffect(
    on(
      [device, parked, () => journal().entries.length, createMemo(() => model().drivers)],
      () => explanation.reload(),
      {
        defer: true,
      },
    ),
  );

  return (
    <article class="page">
      <nav class="crumbs" aria-label="Where it is">
        <For each={ancestors(props.path)}>
          {(path) => (
            <>
              <Show when={devices().has(path)} fallback={<span>{nameOf(path)}</span>}>
                <a href={deviceHref(path)}>{nameOf(path)}</a>
              </Show>
              <span aria-hidden="true"> / </span>
            </>
          )}
        </For>
      </nav>
      <div class="title">
        <h1 class="mono">{nameOf(props.path)}</h1>
        <Show when={device()} fallback={<StateMark state="absent" label />}>
          {(shown) => <StateMark state={model().stateOf(shown())} label />}
        </Show>
        <span class="elsewhere">
          <Show when={device()}>
            <a href={deviceHref(props.path, "graph")}>Graph</a>
          </Show>
          <Show when={model().isLive}>
            <a href={deviceHref(props.path, "timeline")}>Timeline</a>
          </Show>
        </span>
      </div>
      <Show
        when={device()}
        fallback={
          <p class="summary">
            It is not there{journal().entries.length > 0 ? " any more; below is what is known of it" : ""}.
          </p>
        }
      >
        {(shown) => (
          <>
            <p class="summary">{explanation.data()?.summary ?? ""}</p>
            <Trouble error={explanation.error()} onRetry={explanation.reload} />
            <DeviceActions device={shown()} parked={parked()} explanation={explanation.data() ?? null} />
            <div class="cards">
              <div class="stack">
                <DeviceFacts device={shown()} parked={parked()} explanation={explanation.data() ?? null} />
                <Show when={shown().bus !== null}>
                  <DriverVerdicts explanation={explanation.data() ?? null} />
                </Show>
                <Surroundings device={shown()} />
              </div>
              <Attributes device={shown()} />
            </div>
          </>
        )}
      </Show>
      <Show when={model().isLive}>
        <section class="card">
          <h2>What has happened</h2>
          <Trouble error={journal().error} onRetry={() => void journal().older()} />
          <ProbeTimes entries={journal().entries} />
          <EntryList entries={journal().entries} />
          <Show when={journal().more}>
            <button type="button" class="small" disabled={journal().loading} onClick={() => void journal().older()}>
              Older
            </button>
          </Show>
        </section>
      </Show>
    </article>
  );
}

function ancestors(path: string): string[] {
  const names = path.split("/").slice(2, -1);
  return names.map((_name, i) => `/devices/${names.slice(0, i + 1).join("/")}`);
}
