import { createEffect, createMemo, createResource, For, type JSX, on, Show } from "solid-js";
import type { Entry } from "../api.ts";
import { useConsole } from "../context.ts";
import { deviceHref } from "../router.ts";
import { duration, levelOf, moment, nameOf, textOf } from "../text.ts";
import { Sparkline } from "../ui/sparkline.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Attributes } from "./attributes.tsx";
import { DeviceActions } from "./device-actions.tsx";

/** All about one device. */
export function DeviceView(props: { readonly path: string }): JSX.Element {
  const { client, model } = useConsole();
  const device = createMemo(() => model().devices.get(props.path));
  const parked = createMemo(() => model().parked.get(props.path));
  const [explanation, { refetch: explainAgain }] = createResource(
    () => props.path,
    (path) => client.get("/v1/explain", { query: { path } }).catch(() => null),
  );
  const [past] = createResource(
    () => props.path,
    async (path) => (await client.get("/v1/journal", { query: { device: path, limit: 500 } })).entries.toReversed(),
  );
  const entries = createMemo((): readonly Entry[] => {
    const old = past() ?? [];
    const last = old.at(-1)?.id ?? 0;
    return [...old, ...model().recent.filter(({ id, device }) => id > last && device === props.path)];
  });
  const probes = createMemo(() =>
    entries()
      .flatMap((entry) => (entry.kind === "probe" && entry.data.result === "bound" ? [entry.data.ms] : []))
      .slice(-60),
  );
  const children = createMemo(() => [...model().devices.values()].filter(({ parent }) => parent === props.path));
  createEffect(on([device, parked, entries], () => void explainAgain(), { defer: true }));

  return (
    <article class="page">
      <nav class="crumbs" aria-label="Where it is">
        <For each={ancestors(props.path)}>
          {(path) => (
            <>
              <Show when={model().devices.has(path)} fallback={<span>{nameOf(path)}</span>}>
                <a href={deviceHref(path)}>{nameOf(path)}</a>
              </Show>
              {" / "}
            </>
          )}
        </For>
      </nav>
      <Show
        when={device()}
        fallback={
          <>
            <h1 class="mono">{nameOf(props.path)}</h1>
            <p>
              <StateMark state="absent" label /> It is not there
              {entries().length > 0 ? " any more; below is what is known of it" : ""}.
            </p>
          </>
        }
      >
        {(shown) => (
          <>
            <div class="title">
              <h1 class="mono">{shown().name}</h1>
              <StateMark state={model().stateOf(shown())} label />
            </div>
            <p class="summary">{explanation.latest?.summary ?? ""}</p>
            <DeviceActions device={shown()} parked={parked()} explanation={explanation.latest ?? null} />
            <div class="cards">
              <section class="card">
                <h2>Facts</h2>
                <dl class="facts">
                  <dt>Bus</dt>
                  <dd class="mono">{shown().bus ?? "none"}</dd>
                  <dt>Driver</dt>
                  <dd class="mono">{shown().driver ?? "none"}</dd>
                  <dt>Module</dt>
                  <dd class="mono">{shown().module ?? "none"}</dd>
                  <dt>Modalias</dt>
                  <dd class="mono">{shown().modalias ?? "none"}</dd>
                  <dt>Contract version</dt>
                  <dd class="mono">{shown().version ?? "none"}</dd>
                  <dt>Runtime PM</dt>
                  <dd>{shown().runtimeStatus}</dd>
                  <Show when={explanation.latest}>
                    {(why) => (
                      <>
                        <dt>Override</dt>
                        <dd class="mono">{why().driverOverride ?? "none"}</dd>
                        <dt>References</dt>
                        <dd>
                          {why().references.count}
                          {Object.entries(why().references.holders).map(([holder, count]) => ` · ${holder} ${count}`)}
                        </dd>
                      </>
                    )}
                  </Show>
                  <Show when={parked()}>
                    {(why) => (
                      <>
                        <dt>Parked</dt>
                        <dd>
                          {why().reason}, {moment(why().since)}
                        </dd>
                      </>
                    )}
                  </Show>
                </dl>
              </section>
              <section class="card">
                <h2>Drivers</h2>
                <Show
                  when={(explanation.latest?.drivers.length ?? 0) > 0}
                  fallback={<p class="empty">No driver matches, and none was tried.</p>}
                >
                  <table>
                    <thead>
                      <tr>
                        <th scope="col">Driver</th>
                        <th scope="col">Verdict</th>
                        <th scope="col">Why</th>
                      </tr>
                    </thead>
                    <tbody>
                      <For each={explanation.latest?.drivers ?? []}>
                        {({ driver, verdict, code, reason }) => (
                          <tr>
                            <td class="mono">{driver}</td>
                            <td>{code === undefined ? verdict : `${verdict} (${code})`}</td>
                            <td>{reason}</td>
                          </tr>
                        )}
                      </For>
                    </tbody>
                  </table>
                </Show>
                <Show when={explanation.latest?.waitsFor}>{(what) => <p>Waits for: {what()}</p>}</Show>
              </section>
              <Show
                when={
                  children().length > 0 ||
                  (explanation.latest?.suppliers.length ?? 0) + (explanation.latest?.consumers.length ?? 0) > 0
                }
              >
                <section class="card">
                  <h2>Around it</h2>
                  <ul class="plain">
                    <For each={children()}>
                      {(child) => (
                        <li>
                          <StateMark state={model().stateOf(child)} />{" "}
                          <a class="mono" href={deviceHref(child.path)}>
                            {child.name}
                          </a>
                        </li>
                      )}
                    </For>
                    <For each={explanation.latest?.suppliers ?? []}>
                      {(link) => (
                        <li>
                          supplier <span class="mono">{link.device}</span>, {link.state}
                        </li>
                      )}
                    </For>
                    <For each={explanation.latest?.consumers ?? []}>
                      {(link) => (
                        <li>
                          consumer <span class="mono">{link.device}</span>, {link.state}
                        </li>
                      )}
                    </For>
                  </ul>
                </section>
              </Show>
              <Attributes device={shown()} />
            </div>
          </>
        )}
      </Show>
      <section class="card">
        <h2>What has happened</h2>
        <Show when={probes().length > 0}>
          <p class="hint">
            {probes().length === 1 ? "One successful probe" : `${probes().length} successful probes, the last`} in{" "}
            {duration(probes().at(-1) ?? 0)}
            <Sparkline values={probes()} label={`${probes().length} probe times`} />
          </p>
        </Show>
        <ol class="plain events">
          <For
            each={entries().toReversed().slice(0, 100)}
            fallback={<li class="empty">Nothing that the journal knows of.</li>}
          >
            {(entry) => (
              <li class={levelOf(entry)}>
                <time>{moment(entry.time)}</time> <span class="kind">{entry.kind}</span>{" "}
                <span>
                  {entry.driver === null ? "" : `${entry.driver}: `}
                  {textOf(entry)}
                </span>
              </li>
            )}
          </For>
        </ol>
      </section>
    </article>
  );
}

function ancestors(path: string): string[] {
  const names = path.split("/").slice(2, -1);
  return names.map((_name, i) => `/devices/${names.slice(0, i + 1).join("/")}`);
}
