import { For, type JSX, onCleanup, onMount, Show } from "solid-js";
import type { Question } from "../context.ts";

export interface Asked {
  readonly question: Question;
  answer(agreed: boolean): void;
}

/** Asks a person before something is interrupted. */
export function ConfirmDialog(props: { readonly asked: Asked | null }): JSX.Element {
  return (
    <Show when={props.asked} keyed>
      {(asked) => {
        let dialog: HTMLDialogElement | undefined;
        onMount(() => dialog?.showModal());
        // Closed rather than only taken away: the focus goes back to where it was.
        onCleanup(() => dialog?.close());
        return (
          <dialog
            ref={(element) => (dialog = element)}
            aria-labelledby="question"
            aria-describedby="consequences"
            onCancel={(event) => {
              event.preventDefault();
              asked.answer(false);
            }}
          >
            <h2 id="question">{asked.question.title}</h2>
            <ul class="lines" id="consequences">
              <For each={asked.question.lines}>{(line) => <li>{line}</li>}</For>
            </ul>
            <div class="buttons">
              <button type="button" autofocus onClick={() => asked.answer(false)}>
                Cancel
              </button>
              <button type="button" class="danger" onClick={() => asked.answer(true)}>
                {asked.question.action}
              </button>
            </div>
          </dialog>
        );
      }}
    </Show>
  );
}
