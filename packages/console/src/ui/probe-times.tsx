import { createMemo, For, type JSX, Show } from "solid-js";
import type { Entry } from "../api.ts";
import { counted, duration, moment } from "../text.ts";

/** How many probes are drawn. */
const MOST = 60;

const WIDTH = 8;
const HEIGHT = 40;

type Probe = Extract<Entry, { kind: "probe" }>;

/** How long the probes of a device took, as bars; those that failed stand out. */
export function ProbeTimes(props: { readonly entries: readonly Entry[] }): JSX.Element {
  const probes = createMemo(() => props.entries.filter((entry): entry is Probe => entry.kind === "probe").slice(-MOST));
  const times = createMemo(() =>
    probes()
      .filter(({ data }) => data.result === "bound")
      .map(({ data }) => data.ms)
      .toSorted((a, b) => a - b),
  );
  const most = createMemo(() => Math.max(0.001, ...probes().map(({ data }) => data.ms)));
  const label = (): string => {
    const failed = probes().length - times().length;
    const of = `${counted(probes().length, "probe")}${failed === 0 ? "" : `, ${failed} without success`}`;
    const middle = times()[Math.floor(times().length / 2)];
    if (middle === undefined) return of;
    return `${of}; they take ${duration(middle)} (median), ${duration(times()[0] ?? 0)} to ${duration(times().at(-1) ?? 0)}`;
  };
  return (
    <Show when={probes().length > 0}>
      <figure class="probes">
        <svg width={probes().length * WIDTH} height={HEIGHT} role="img" aria-label={label()}>
          <For each={probes()}>
            {({ time, data }, i) => {
              const height = (): number => Math.max(2, (data.ms / most()) * (HEIGHT - 2));
              return (
                <rect
                  class={data.result === "bound" ? "bound" : "failed"}
                  x={i() * WIDTH}
                  y={HEIGHT - height()}
                  width={WIDTH - 2}
                  height={height()}
                >
                  <title>{`${moment(time)}: ${data.result} in ${duration(data.ms)}`}</title>
                </rect>
              );
            }}
          </For>
        </svg>
        <figcaption class="hint">{label()}</figcaption>
      </figure>
    </Show>
  );
}
