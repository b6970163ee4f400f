import { For, type JSX, onMount } from "solid-js";
import type { View } from "../views.ts";

const KEYS = [
  ["/", "Filter"],
  ["↑ ↓", "Move in a list"],
  ["← →", "Close and open a part of the tree; move in time"],
  ["Enter", "Open a device"],
  ["+ −", "Zoom the timeline"],
  ["Home", "Back to now on the timeline"],
  ["Esc", "Close what is open"],
  ["?", "This help"],
] as const;

/** The keys that do something. */
export function Help(props: { readonly views: readonly View[]; onClose(): void }): JSX.Element {
  let dialog: HTMLDialogElement | undefined;
  onMount(() => dialog?.showModal());
  return (
    <dialog ref={(element) => (dialog = element)} aria-labelledby="keys" onClose={() => props.onClose()}>
      <h2 id="keys">Keys</h2>
      <dl class="keys">
        <For each={[...props.views.map(({ key, title }) => [key, title] as const), ...KEYS]}>
          {([key, what]) => (
            <div>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          )}
        </For>
      </dl>
      <form method="dialog" class="buttons">
        <button type="submit" autofocus>
          Close
        </button>
      </form>
    </dialog>
  );
}
