import { For, type JSX, onMount, Show } from "solid-js";
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
        return (
          <dialog
            ref={(element) => (dialog = element)}
            aria-labelledby="question"
            onCancel={(event) => {
              event.preventDefault();
              asked.answer(false);
            }}
          >
            <h2 id="question">{asked.question.title}</h2>
            <ul class="lines">
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
