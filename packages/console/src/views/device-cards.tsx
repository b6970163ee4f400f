import { createMemo, For, type JSX, Show } from "solid-js";
import type { Device, Explanation, Parked } from "../api.ts";
import { useConsole } from "../context.ts";
import { deviceHref } from "../router.ts";
import { moment, nameOf } from "../text.ts";
import { StateMark } from "../ui/state-mark.tsx";

/** How many children are listed; the tree has them all. */
const MOST = 50;

/** What a device is. */
export function DeviceFacts(props: {
  readonly device: Device;
  readonly parked: Parked | undefined;
  readonly explanation: Explanation | null;
}): JSX.Element {
  return (
    <section class="card">
      <h2>Facts</h2>
      <dl class="facts">
        <Fact name="Bus" value={props.device.bus} />
        <Fact name="Driver" value={props.device.driver} />
        <Fact name="Module" value={props.device.module} />
        <Fact name="Modalias" value={props.device.modalias} />
        <Fact name="Contract version" value={props.device.version} />
        <Fact name="Runtime PM" value={props.device.runtimeStatus} />
        <Show when={props.explanation}>
          {(why) => (
            <>
              <Fact name="Override" value={why().driverOverride} />
              <dt>References</dt>
              <dd>
                {why().references.count}
                <For each={Object.entries(why().references.holders)}>
                  {([holder, count]) => (
                    <>
                      {" · "}
                      <span class="mono">{holder}</span> {count}
                    </>
                  )}
                </For>
              </dd>
            </>
          )}
        </Show>
        <Show when={props.parked}>
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
  );
}

function Fact(props: { readonly name: string; readonly value: string | null }): JSX.Element {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>
        <Show when={props.value} fallback={<span class="hint">none</span>}>
          <span class="mono">{props.value}</span>
        </Show>
      </dd>
    </>
  );
}

/** Which drivers were tried, and what each answered. */
export function DriverVerdicts(props: { readonly explanation: Explanation | null }): JSX.Element {
  return (
    <section class="card">
      <h2>Drivers</h2>
      <Show
        when={(props.explanation?.drivers.length ?? 0) > 0}
        fallback={<p class="hint">No driver matches, and none was tried.</p>}
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
            <For each={props.explanation?.drivers ?? []}>
              {(tried) => (
                <tr>
                  <td class="mono">{tried.driver}</td>
                  <td>{tried.code === undefined ? tried.verdict : `${tried.verdict} (${tried.code})`}</td>
                  <td>{tried.reason}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Show>
      <Show when={props.explanation?.waitsFor}>{(what) => <p>Waits for: {what()}</p>}</Show>
    </section>
  );
}

/** What is below a device, what it depends on, and what depends on it. */
export function Surroundings(props: { readonly device: Device }): JSX.Element {
  const { model, devices } = useConsole();
  const children = createMemo(() => (devices(), model().tree.children(props.device.path).slice()));
  const links = createMemo(() =>
    model().links.filter(({ consumer, supplier }) => [consumer, supplier].includes(props.device.path)),
  );
  const stateOf = (path: string) => {
    const device = devices().get(path);
    return device === undefined ? null : model().stateOf(device);
  };
  return (
    <Show when={children().length + links().length > 0}>
      <section class="card">
        <h2>Around it</h2>
        <ul class="plain">
          <For each={links()}>
            {({ consumer, supplier, state }) => {
              const isConsumer = consumer === props.device.path;
              const other = isConsumer ? supplier : consumer;
              return (
                <li>
                  <StateMark state={stateOf(other)} />{" "}
                  <a class="mono" href={deviceHref(other)}>
                    {nameOf(other)}
                  </a>{" "}
                  <span class="hint">
                    {isConsumer ? "supplier" : "consumer"}, link {state}
                  </span>
                </li>
              );
            }}
          </For>
          <For each={children().slice(0, MOST)}>
            {(child) => (
              <li>
                <StateMark state={stateOf(child)} />{" "}
                <a class="mono" href={deviceHref(child)}>
                  {nameOf(child)}
                </a>
              </li>
            )}
          </For>
        </ul>
        <Show when={children().length > MOST}>
          <p class="hint">
            and {(children().length - MOST).toLocaleString("en")} more children; <a href="#/devices">the tree</a> has
            them all
          </p>
        </Show>
      </section>
    </Show>
  );
}
