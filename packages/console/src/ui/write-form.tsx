import { createSignal, type JSX, Show } from "solid-js";

/** A button that becomes a field. It stays open when what was written is refused. */
export function WriteForm(props: {
  readonly name: string;
  readonly value: string;
  onWrite(value: string): Promise<boolean>;
}): JSX.Element {
  const [open, setOpen] = createSignal(false);
  let button: HTMLButtonElement | undefined;
  const close = (): void => {
    setOpen(false);
    button?.focus();
  };
  return (
    <Show
      when={open()}
      fallback={
        <button
          type="button"
          class="small write"
          aria-label={`Write ${props.name}`}
          ref={(element) => (button = element)}
          onClick={() => setOpen(true)}
        >
          write
        </button>
      }
    >
      <form
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          const value = new FormData(event.currentTarget).get("value");
          void props.onWrite(typeof value === "string" ? value : "").then((done) => {
            if (done) close();
          });
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") close();
        }}
      >
        <input
          name="value"
          aria-label={`New value of ${props.name}`}
          value={props.value}
          autocomplete="off"
          ref={(element) => queueMicrotask(() => element.focus())}
        />
        <button type="submit" class="small">
          set
        </button>
      </form>
    </Show>
  );
}
