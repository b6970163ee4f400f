import { createSignal, type JSX, onCleanup, Show } from "solid-js";
import { useConsole } from "../context.ts";
import { duration } from "../text.ts";
import { HostActions } from "./host-actions.tsx";

const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

function storedTheme(): Theme {
  const stored = localStorage.getItem("auxbus theme");
  return THEMES.find((theme) => theme === stored) ?? "auto";
}

function show(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
}

show(storedTheme());

/** How the host is, what is done to it, and how the page looks. */
export function HostMenu(props: { onHelp(): void }): JSX.Element {
  const { model, readOnly } = useConsole();
  const [theme, setTheme] = createSignal(storedTheme());
  const status = () => model().status;
  let menu: HTMLDetailsElement | undefined;
  const close = (event: PointerEvent): void => {
    const isInside = event.target instanceof Node && menu?.contains(event.target) === true;
    if (menu !== undefined && !isInside) menu.open = false;
  };
  addEventListener("pointerdown", close);
  onCleanup(() => removeEventListener("pointerdown", close));
  return (
    <details
      class="menu"
      ref={(element) => (menu = element)}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || menu === undefined) return;
        menu.open = false;
        menu.querySelector("summary")?.focus();
      }}
    >
      <summary>
        <span class={`dot ${model().connection.state}`} aria-hidden="true" />
        {model().connection.state}
      </summary>
      <div class="menu-body">
        <Show when={status()}>
          {(shown) => (
            <dl class="facts">
              <dt>Version</dt>
              <dd>
                {shown().version}, Node {shown().node}
              </dd>
              <dt>Running</dt>
              <dd>
                {duration(shown().uptime)}, process {shown().pid}
              </dd>
              <dt>Journal</dt>
              <dd>{shown().journal.entries.toLocaleString("en")} entries</dd>
              <dt>Role</dt>
              <dd>{shown().role}</dd>
            </dl>
          )}
        </Show>
        <label>
          Theme{" "}
          <select
            value={theme()}
            onChange={(event) => {
              const chosen = THEMES.find((each) => each === event.currentTarget.value) ?? "auto";
              localStorage.setItem("auxbus theme", chosen);
              setTheme(chosen);
              show(chosen);
            }}
          >
            {THEMES.map((each) => (
              <option value={each}>{each}</option>
            ))}
          </select>
        </label>
        <Show when={model().isHost}>
          <HostActions />
        </Show>
        <button type="button" onClick={() => props.onHelp()}>
          Keys
        </button>
        <Show when={readOnly()}>{(why) => <p class="hint">{why()}</p>}</Show>
      </div>
    </details>
  );
}
