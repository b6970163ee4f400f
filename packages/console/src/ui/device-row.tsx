import { createEffect, type JSX, Show } from "solid-js";
import { deviceHref } from "../router.ts";
import type { State } from "../state.ts";
import type { Row } from "../tree.ts";
import { StateMark } from "./state-mark.tsx";

export interface DeviceRowProps {
  readonly row: Row;
  readonly state: State | null;
  /** Why it has no driver, if that is known. */
  readonly why: string;
  readonly active: boolean;
  onFocus(): void;
  onToggle(): void;
}

/** The id of the element of a device's row. */
export function idOf(path: string): string {
  return `device:${path}`;
}

/** A device in the tree. */
export function DeviceRow(props: DeviceRowProps): JSX.Element {
  const device = (): Row["device"] => props.row.device;
  return (
    <div
      class="row device-row"
      classList={{ active: props.active }}
      role="treeitem"
      id={idOf(device().path)}
      aria-level={props.row.level}
      aria-posinset={props.row.place}
      aria-setsize={props.row.siblings}
      aria-expanded={props.row.hasChildren ? props.row.open : undefined}
      aria-selected={props.active}
      onMouseDown={() => props.onFocus()}
    >
      <span
        class="name"
        ref={(element) => createEffect(() => element.style.setProperty("--level", String(props.row.level - 1)))}
      >
        <span
          class="twist"
          aria-hidden="true"
          classList={{ open: props.row.open, leaf: !props.row.hasChildren }}
          onClick={() => props.onToggle()}
        />
        <a class="mono cut" href={deviceHref(device().path)} tabindex="-1">
          {device().name}
        </a>
      </span>
      <StateMark state={props.state} label />
      <Show when={device().driver} fallback={<span class="hint cut">{props.why}</span>}>
        {(driver) => <span class="mono cut">{driver()}</span>}
      </Show>
      <span class="mono cut wide">{device().module ?? ""}</span>
    </div>
  );
}
