import { createSignal, For, type JSX } from "solid-js";

/** Which driver alone may bind. What was chosen stays chosen when the device changes meanwhile. */
export function OverrideForm(props: {
  readonly drivers: readonly string[];
  /** As it is now; null: any driver. */
  readonly now: string | null;
  readonly disabled: boolean;
  onSet(driver: string | null): Promise<unknown>;
}): JSX.Element {
  const [chosen, setChosen] = createSignal<string | null>(null);
  const shown = (): string => chosen() ?? props.now ?? "";
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        void props.onSet(shown() === "" ? null : shown()).then(() => setChosen(null));
      }}
    >
      <select
        aria-label="Only this driver"
        disabled={props.disabled}
        onChange={(event) => setChosen(event.currentTarget.value)}
      >
        <option value="" selected={shown() === ""}>
          any driver
        </option>
        <For each={props.drivers}>{(driver) => <option selected={shown() === driver}>{driver}</option>}</For>
      </select>
      <button type="submit" disabled={props.disabled}>
        Override
      </button>
    </form>
  );
}
