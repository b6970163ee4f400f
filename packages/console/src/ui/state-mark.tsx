import { type JSX, Show } from "solid-js";
import { LETTERS, type State } from "../state.ts";

/** A state as colour and letter, with its name for those who cannot see it. */
export function StateMark(props: { readonly state: State | null; readonly label?: boolean }): JSX.Element {
  return (
    <Show when={props.state} fallback={<span class="mark none" aria-hidden="true" />}>
      {(state) => (
        <span class="state">
          <span class={`mark ${state()}`} aria-hidden="true">
            {LETTERS[state()]}
          </span>
          <span class={props.label === true ? "" : "sr"}>{state()}</span>
        </span>
      )}
    </Show>
  );
}
