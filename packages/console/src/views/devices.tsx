import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { useConsole } from "../context.ts";
import { deviceHref, goTo } from "../router.ts";
import { type State, STATES } from "../state.ts";
import { rowsOf } from "../tree.ts";
import { StateMark } from "../ui/state-mark.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";

/** All devices, below their parents. */
export function DevicesView(): JSX.Element {
  const { model } = useConsole();
  const [filter, setFilter] = createSignal("");
  const [only, setOnly] = createSignal<State | null>(null);
  const [closed, setClosed] = createSignal<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = createSignal<string | null>(null);

  const counts = createMemo(() => {
    const found = new Map<State, number>();
    for (const device of model().devices.values()) {
      const state = model().stateOf(device);
      if (state !== null) found.set(state, (found.get(state) ?? 0) + 1);
    }
    return found;
  });
  const rows = createMemo(() => {
    const words = filter().toLowerCase().split(/\s+/).filter(Boolean);
    const state = only();
    const { devices } = model();
    if (words.length === 0 && state === null) return rowsOf(devices, closed(), null);
    return rowsOf(devices, closed(), (device) => {
      if (state !== null && model().stateOf(device) !== state) return false;
      const text =
        `${device.path} ${device.driver ?? ""} ${device.module ?? ""} ${device.modalias ?? ""}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  });
  const at = createMemo(() =>
    Math.max(
      0,
      rows().findIndex(({ device }) => device.path === focused()),
    ),
  );

  const toggle = (path: string, open: boolean): void => {
    const next = new Set(closed());
    if (open) next.delete(path);
    else next.add(path);
    setClosed(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows()[at()];
    if (row === undefined) return;
    const { device, open, hasChildren } = row;
    const move = (to: number): void => {
      const target = rows()[Math.min(rows().length - 1, Math.max(0, to))];
      if (target !== undefined) setFocused(target.device.path);
    };
    if (event.key === "ArrowDown") move(focused() === null ? 0 : at() + 1);
    else if (event.key === "ArrowUp") move(at() - 1);
    else if (event.key === "PageDown") move(at() + 20);
    else if (event.key === "PageUp") move(at() - 20);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(rows().length - 1);
    else if (event.key === "ArrowRight" && hasChildren && !open) toggle(device.path, true);
    else if (event.key === "ArrowRight" && hasChildren) move(at() + 1);
    else if (event.key === "ArrowLeft" && hasChildren && open) toggle(device.path, false);
    else if (event.key === "ArrowLeft" && device.parent !== null) setFocused(device.parent);
    else if (event.key === "Enter") goTo(deviceHref(device.path));
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
          <For each={STATES.filter((state) => (counts().get(state) ?? 0) > 0)}>
            {(state) => (
              <button
                type="button"
                class="chip"
                aria-pressed={only() === state}
                onClick={() => setOnly(only() === state ? null : state)}
              >
                <StateMark state={state} label /> <b>{counts().get(state)?.toLocaleString("en")}</b>
              </button>
            )}
          </For>
        </div>
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
          <p class="empty">{model().devices.size === 0 ? "There are no devices." : "No device is like that."}</p>
        }
      >
        <VirtualList
          items={rows()}
          rowHeight={30}
          label="Device tree"
          role="tree"
          class="grow"
          active={focused() === null ? -1 : at()}
          onKeyDown={onKeyDown}
          row={({ device, level, hasChildren, open }) => (
            <div
              class="row device-row"
              classList={{ active: focused() === device.path }}
              role="treeitem"
              aria-level={level}
              aria-expanded={hasChildren ? open : undefined}
              aria-selected={focused() === device.path}
            >
              <span class="name" ref={(element) => element.style.setProperty("--level", String(level - 1))}>
                <button
                  type="button"
                  class="twist"
                  tabindex="-1"
                  aria-hidden="true"
                  classList={{ open, leaf: !hasChildren }}
                  onClick={() => toggle(device.path, !open)}
                />
                <a href={deviceHref(device.path)} tabindex="-1" onClick={() => setFocused(device.path)}>
                  {device.name}
                </a>
              </span>
              <StateMark state={model().stateOf(device)} label />
              <span class="mono">{device.driver ?? ""}</span>
              <span class="mono wide">{device.module ?? ""}</span>
            </div>
          )}
        />
      </Show>
    </div>
  );
}
