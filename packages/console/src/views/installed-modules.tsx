import { createSignal, For, type JSX, Show } from "solid-js";
import type { ModuleInfo } from "../api.ts";
import { useConsole } from "../context.ts";
import { LoadDialog } from "../ui/load-dialog.tsx";
import type { Change } from "./modules.tsx";

/** The modules that could be loaded. */
export function InstalledModules(props: {
  readonly modules: readonly ModuleInfo[];
  readonly blacklist: readonly string[];
  readonly onChange: Change;
}): JSX.Element {
  const { client, readOnly } = useConsole();
  const [asked, setAsked] = createSignal<ModuleInfo | null>(null);
  const load = async ({ name }: ModuleInfo, params: Readonly<Record<string, string>>): Promise<void> => {
    setAsked(null);
    await props.onChange(`Load ${name}`, () =>
      client.post("/v1/modules/{name}/load", { params: { name }, body: { params } }),
    );
  };
  const block = (name: string, blocked: boolean): Promise<boolean> =>
    props.onChange(blocked ? `Blacklist ${name}` : `Take ${name} off the blacklist`, () =>
      blocked
        ? client.put("/v1/blacklist/{name}", { params: { name } })
        : client.delete("/v1/blacklist/{name}", { params: { name } }),
    );
  return (
    <section class="card">
      <h2>Installed, not loaded</h2>
      <ul class="plain">
        <For each={props.modules} fallback={<li class="hint">None.</li>}>
          {(module) => {
            const blocked = (): boolean => props.blacklist.includes(module.name);
            const hasParams = Object.keys(module.params ?? {}).length > 0;
            return (
              <li class="module">
                <span>
                  <b class="mono">{module.name}</b> {module.version} <span class="hint">{module.description}</span>
                </span>
                <span class="buttons">
                  <button
                    type="button"
                    class="small"
                    disabled={readOnly() !== null}
                    aria-label={`Load ${module.name}`}
                    onClick={() => (hasParams ? setAsked(module) : void load(module, {}))}
                  >
                    {hasParams ? "Load…" : "Load"}
                  </button>
                  <button
                    type="button"
                    class="small"
                    disabled={readOnly() !== null}
                    aria-pressed={blocked()}
                    aria-label={`Blacklist ${module.name}`}
                    onClick={() => void block(module.name, !blocked())}
                  >
                    {blocked() ? "Blacklisted" : "Blacklist"}
                  </button>
                </span>
              </li>
            );
          }}
        </For>
      </ul>
      <Show when={asked()} keyed>
        {(module) => (
          <LoadDialog module={module} onLoad={(params) => void load(module, params)} onClose={() => setAsked(null)} />
        )}
      </Show>
    </section>
  );
}
