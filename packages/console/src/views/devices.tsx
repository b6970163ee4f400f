import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import type { Device } from "../api.ts";
import { useConsole } from "../context.ts";
import { matcher } from "../matcher.ts";
import { deviceHref, goTo } from "../router.ts";
import { type State, STATES } from "../state.ts";
import { rowsOf } from "../tree.ts";
import { DeviceRow, idOf } from "../ui/device-row.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { counted } from "../text.ts";

/** What the tree shows is kept while one looks at a device. */
const [filter, setFilter] = createSignal("");
const [only, setOnly] = createSignal<State | null>(null);
const [closed, setClosed] = createSignal<ReadonlySet<string>>(new Set());
const [focused, setFocused] = createSignal<string | null>(null);

/** All devices, below their parents. */
export function DevicesView(): JSX.Element {
  const { model, devices } = useConsole();
  const counts = createMemo(() => {
    const found = new Map<State, number>();
    for (const device of devices().values()) {
      const state = model().stateOf(device);
      if (state !== null) found.set(state, (found.get(state) ?? 0) + 1);
    }
    return found;
  });
  const rows = createMemo(() => {
    const state = only();
    const text = matcher(filter());
    const all = devices();
    const { tree } = model();
    if (text === null && state === null) return rowsOf(all, tree, closed(), null);
    return rowsOf(all, tree, closed(), (device) => {
      if (state !== null && model().stateOf(device) !== state) return false;
      return text?.(device) ?? true;
    });
  });
  const why = ({ path, reason }: Device): string => {
    const parked = model().parked.get(path);
    return parked === undefined ? (reason ?? "") : `parked: ${parked.reason}`;
  };
  const place = createMemo(() => rows().findIndex(({ device }) => device.path === focused()));
  const shown = createMemo(() => STATES.filter((state) => (counts().get(state) ?? 0) > 0 || state === only()));

  const toggle = (path: string, open: boolean): void => {
    const next = new Set(closed());
    if (open) next.delete(path);
    else next.add(path);
    setClosed(next);
  };
  const move = (to: number): void => {
    const target = rows()[Math.min(rows().length - 1, Math.max(0, to))];
    if (target !== undefined) setFocused(target.device.path);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = place();
    const row = rows()[Math.max(0, at)];
    if (row === undefined) return;
    const { device, open, hasChildren } = row;
    if (event.key === "ArrowDown") move(at + 1);
    else if (event.key === "ArrowUp") move(at - 1);
    else if (event.key === "PageDown") move(at + 20);
    else if (event.key === "PageUp") move(at - 20);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(rows().length - 1);
    else if (event.key === "ArrowRight" && hasChildren && !open) toggle(device.path, true);
    else if (event.key === "ArrowRight" && hasChildren) move(at + 1);
    else if (event.key === "ArrowLeft" && hasChildren && open && !(filter() !== "" || only() !== null))
      toggle(device.path, false);
    else if (event.key === "ArrowLeft" && device.parent !== null) setFocused(device.parent);
    else if (event.key === "Enter" && at >= 0) goTo(deviceHref(device.path));
    else return;
    event.preventDefault();
  };

  return (
    <div class="fill">
      <h1 class="sr">Devices</h1>
      <div class="bar">
        <input
          type="search"
          placeholder="Filter by name, driver, module"
          aria-label="Filter devices"
          value={filter()}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <div class="chips" role="group" aria-label="States">
          <For each={shown()}>
            {(state) => (
              <button
                type="button"
                class="chip"
                aria-pressed={only() === state}
                onClick={() => setOnly(only() === state ? null : state)}
              >
                <StateMark state={state} label /> <b>{(counts().get(state) ?? 0).toLocaleString("en")}</b>
              </button>
            )}
          </For>
        </div>
        <span class="hint count">{counted(devices().size, "device")}</span>
      </div>
      <div class="row head device-row" aria-hidden="true">
        <span>Device</span>
        <span>State</span>
        <span>Driver</span>
        <span class="wide">Module</span>
      </div>
      <Show
        when={rows().length > 0}
        fallback={
          <p class="empty grow">{devices().size === 0 ? "There are no devices." : "No device is like that."}</p>
        }
      >
        <VirtualList
          items={rows()}
          rowHeight={30}
          label="Device tree"
          role="tree"
          class="grow"
          active={place()}
          activeId={place() < 0 ? undefined : idOf(focused() ?? "")}
          onKeyDown={onKeyDown}
          row={(row) => (
            <DeviceRow
              row={row()}
              state={model().stateOf(row().device)}
              why={why(row().device)}
              active={focused() === row().device.path}
              onFocus={() => setFocused(row().device.path)}
              onToggle={() => toggle(row().device.path, !row().open)}
            />
          )}
        />
      </Show>
    </div>
  );
}
