import { type JSX, Show } from "solid-js";

/** That something could not be read, with why, and a way to try again. */
export function Trouble(props: { readonly error: string | null; onRetry(): void }): JSX.Element {
  return (
    <Show when={props.error}>
      {(why) => (
        <p class="error" role="alert">
          {why()}{" "}
          <button type="button" class="small" onClick={() => props.onRetry()}>
            Try again
          </button>
        </p>
      )}
    </Show>
  );
}
