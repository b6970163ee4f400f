import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { useConsole } from "../context.ts";
import { type DeviceNode, type DriverNode, type Edge, type Graph, layOut } from "../graph-layout.ts";
import { keepSame } from "../keep-same.ts";
import { deviceHref, goTo } from "../router.ts";
import { LETTERS } from "../state.ts";
import { counted, nameOf } from "../text.ts";

const EMPTY: Graph = {
  devices: [],
  drivers: [],
  parents: [],
  bindings: [],
  links: [],
  left: 0,
  width: 0,
  height: 0,
};

const edgeKey = ({ from, to }: Edge): string => `${from} ${to}`;

/** Who is bound to whom, and what depends on what. @param props.around the path of a device, or "" */
export function GraphView(props: { readonly around: string }): JSX.Element {
  const { model, devices } = useConsole();
  const [filter, setFilter] = createSignal("");
  const [hot, setHot] = createSignal<string | null>(null);
  const parts = createMemo(() => [model().drivers, model().links], [], {
    equals: (a, b) => a.every((x, i) => x === b[i]),
  });
  const graph = createMemo((before: Graph): Graph => {
    devices();
    parts();
    const now = layOut(model(), filter(), props.around);
    return {
      ...now,
      devices: keepSame(before.devices, now.devices, ({ path }) => path),
      drivers: keepSame(before.drivers, now.drivers, ({ key }) => key),
      parents: keepSame(before.parents, now.parents, edgeKey),
      bindings: keepSame(before.bindings, now.bindings, edgeKey),
      links: keepSame(before.links, now.links, edgeKey),
    };
  }, EMPTY);
  /** What is pointed at, with all that a line leads to. */
  const near = createMemo(() => {
    const it = hot();
    if (it === null) return null;
    const found = new Set([it]);
    for (const { from, to } of [...graph().parents, ...graph().bindings, ...graph().links]) {
      if (from === it) found.add(to);
      else if (to === it) found.add(from);
    }
    return found;
  });
  const isFaint = (path: string): boolean => near()?.has(path) === false;
  const isFar = ({ from, to }: Edge): boolean => hot() !== null && hot() !== from && hot() !== to;

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
        <Show when={props.around}>
          {(path) => (
            <a class="chip button" href="#/graph" aria-label={`Only around ${nameOf(path())}: show everything`}>
              around <span class="mono">{nameOf(path())}</span> ×
            </a>
          )}
        </Show>
        <span class="hint" role="status">
          {counted(graph().devices.length, "device")}, {counted(graph().drivers.length, "driver")},{" "}
          {counted(graph().links.length, "link")}
          <Show when={graph().left > 0}>
            . Left out: {counted(graph().left, "device")}; use the filter, or a device’s own graph
          </Show>
        </span>
      </div>
      <div class="scroll grow sheet" tabindex="0" role="region" aria-label="Graph of devices and drivers">
        <svg
          class="graph"
          width={graph().width}
          height={graph().height}
          viewBox={`0 0 ${graph().width} ${graph().height}`}
          role="group"
          aria-label="Devices at the left, drivers at the right"
        >
          <For each={graph().parents}>{({ d }) => <path class="parent" d={d} />}</For>
          <For each={graph().links}>
            {(link) => (
              <path class="link" classList={{ faint: isFar(link) }} d={link.d}>
                <title>{link.title}</title>
              </path>
            )}
          </For>
          <For each={graph().bindings}>
            {(binding) => (
              <path class="edge" classList={{ faint: isFar(binding) }} d={binding.d}>
                <title>{binding.title}</title>
              </path>
            )}
          </For>
          <For each={graph().devices}>
            {(node) => (
              <DeviceBox node={node} faint={isFaint(node.path)} chosen={node.path === props.around} onHot={setHot} />
            )}
          </For>
          <For each={graph().drivers}>
            {(node) => <DriverBox node={node} faint={isFaint(node.key)} onHot={setHot} />}
          </For>
        </svg>
      </div>
    </div>
  );
}

function DeviceBox(props: {
  readonly node: DeviceNode;
  readonly faint: boolean;
  readonly chosen: boolean;
  onHot(path: string | null): void;
}): JSX.Element {
  const { path, name, driver, state, x, y, width } = props.node;
  const bound = driver === null ? "" : `, bound to ${driver}`;
  // In a group, or the link would be one of HTML, which an SVG does not show.
  return (
    <g
      classList={{ faint: props.faint, chosen: props.chosen }}
      onMouseEnter={() => props.onHot(path)}
      onMouseLeave={() => props.onHot(null)}
      onFocusIn={() => props.onHot(path)}
      onFocusOut={() => props.onHot(null)}
    >
      <a
        href={deviceHref(path)}
        aria-label={`${name}, ${state ?? "on no bus"}${bound}`}
        onClick={(event) => {
          event.preventDefault();
          goTo(deviceHref(path));
        }}
      >
        <rect class={`node ${state ?? "none"}`} x={x} y={y} width={width} height="24" rx="5" />
        <text x={x + (state === null ? 10 : 26)} y={y + 16}>
          {name}
        </text>
      </a>
      <Show when={state}>
        {(shown) => (
          <text class={`letter ${shown()}`} x={x + 13} y={y + 16} text-anchor="middle" aria-hidden="true">
            {LETTERS[shown()]}
          </text>
        )}
      </Show>
    </g>
  );
}

function DriverBox(props: {
  readonly node: DriverNode;
  readonly faint: boolean;
  onHot(key: string | null): void;
}): JSX.Element {
  const { key, name, module, x, y, width } = props.node;
  return (
    <g
      role="img"
      aria-label={`driver ${name} of module ${module}`}
      classList={{ faint: props.faint }}
      onMouseEnter={() => props.onHot(key)}
      onMouseLeave={() => props.onHot(null)}
    >
      <rect class="node driver" x={x} y={y} width={width} height="24" rx="12" />
      <text x={x + 14} y={y + 16}>
        {name}
      </text>
    </g>
  );
}
