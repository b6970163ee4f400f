import { For, type JSX, onCleanup, onMount } from "solid-js";
import type { ModuleInfo } from "../api.ts";

/** Asks with which parameters a module is loaded. */
export function LoadDialog(props: {
  readonly module: ModuleInfo;
  onLoad(params: Readonly<Record<string, string>>): void;
  onClose(): void;
}): JSX.Element {
  let dialog: HTMLDialogElement | undefined;
  onMount(() => dialog?.showModal());
  onCleanup(() => dialog?.close());
  return (
    <dialog
      ref={(element) => (dialog = element)}
      aria-labelledby="load"
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const given = [...new FormData(event.currentTarget)];
          props.onLoad(
            Object.fromEntries(
              given.flatMap(([param, value]) => (typeof value === "string" && value !== "" ? [[param, value]] : [])),
            ),
          );
        }}
      >
        <h2 id="load">Load {props.module.name}</h2>
        <p class="hint">What is left empty is as the module or the configuration has it.</p>
        <div class="fields">
          <For each={Object.entries(props.module.params ?? {})}>
            {([name, { type, description, default: usual }]) => (
              <label>
                <span class="mono">{name}</span>{" "}
                <input name={name} autocomplete="off" placeholder={usual === undefined ? type : String(usual)} />
                <span class="hint">{description}</span>
              </label>
            )}
          </For>
        </div>
        <div class="buttons">
          <button type="button" onClick={() => props.onClose()}>
            Cancel
          </button>
          <button type="submit" class="primary" autofocus>
            Load
          </button>
        </div>
      </form>
    </dialog>
  );
}
