import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { useConsole } from "../context.ts";
import { layOut } from "../graph-layout.ts";
import { deviceHref, goTo } from "../router.ts";
import { LETTERS } from "../state.ts";

/** Who is bound to whom, and what depends on what. */
export function GraphView(): JSX.Element {
  const { model } = useConsole();
  const [filter, setFilter] = createSignal("");
  const [hot, setHot] = createSignal<string | null>(null);
  const graph = createMemo(() => layOut(model(), filter()));
  const near = (...ends: readonly string[]): boolean => hot() === null || ends.includes(hot() ?? "");
  return (
    <div class="fill">
      <h1 class="sr">Graph</h1>
      <div class="bar">
        <input
          type="search"
          placeholder="Filter by device, driver, module"
          aria-label="Filter the graph"
          value={filter()}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="hint" role="status">
          {graph().devices.length} devices, {graph().drivers.length} drivers, {graph().links.length} links
          <Show when={graph().left > 0}>. {graph().left.toLocaleString("en")} more devices are left out: filter</Show>
        </span>
      </div>
      <div class="scroll grow" tabindex="0" role="region" aria-label="Graph of devices and drivers">
        <svg
          class="graph"
          width={graph().width}
          height={graph().height}
          viewBox={`0 0 ${graph().width} ${graph().height}`}
          role="group"
          aria-label="Devices at the left, drivers at the right"
        >
          <For each={graph().links}>
            {({ consumer, supplier, state, d }) => (
              <path class="link" classList={{ faint: !near(consumer, supplier) }} d={d}>
                <title>{`${consumer} depends on ${supplier}: ${state}`}</title>
              </path>
            )}
          </For>
          <For each={graph().edges}>
            {({ device, driver, d }) => <path class="edge" classList={{ faint: !near(device, driver) }} d={d} />}
          </For>
          <For each={graph().devices}>
            {({ device, state, x, y, width }) => (
              <g
                class="link-node"
                role="link"
                tabindex="0"
                aria-label={`${device.name}, ${state ?? "no bus"}${device.driver === null ? "" : `, bound to ${device.driver}`}`}
                onMouseEnter={() => setHot(device.path)}
                onMouseLeave={() => setHot(null)}
                onFocus={() => setHot(device.path)}
                onBlur={() => setHot(null)}
                onClick={() => goTo(deviceHref(device.path))}
                onKeyDown={(event) => {
                  if (event.key === "Enter") goTo(deviceHref(device.path));
                }}
              >
                <rect
                  class={`node ${state ?? "none"}`}
                  classList={{ faint: !near(device.path) && hot() !== device.driver }}
                  x={x}
                  y={y}
                  width={width}
                  height="24"
                  rx="5"
                />
                <Show when={state}>
                  {(shown) => (
                    <text class={`letter ${shown()}`} x={x + 12} y={y + 16} text-anchor="middle">
                      {LETTERS[shown()]}
                    </text>
                  )}
                </Show>
                <text x={x + (state === null ? 10 : 26)} y={y + 16}>
                  {device.name}
                </text>
              </g>
            )}
          </For>
          <For each={graph().drivers}>
            {({ driver, key, x, y, width }) => (
              <g
                role="img"
                aria-label={`driver ${driver.name} of module ${driver.module}`}
                onMouseEnter={() => setHot(key)}
                onMouseLeave={() => setHot(null)}
              >
                <rect class="node driver" x={x} y={y} width={width} height="24" rx="12" />
                <text x={x + 14} y={y + 16}>
                  {driver.name}
                </text>
              </g>
            )}
          </For>
        </svg>
      </div>
    </div>
  );
}
