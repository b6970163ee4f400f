import { For, type JSX, Show } from "solid-js";
import type { ModuleInfo, ModuleStatus } from "../api.ts";
import { useConsole } from "../context.ts";
import { counted, few } from "../text.ts";
import { WriteForm } from "../ui/write-form.tsx";
import type { Change } from "./modules.tsx";

export interface LoadedModulesProps {
  readonly modules: readonly ModuleStatus[];
  readonly installed: readonly ModuleInfo[];
  readonly onChange: Change;
}

/** The modules that are loaded, with their parameters, and what can be done to them. */
export function LoadedModules(props: LoadedModulesProps): JSX.Element {
  const { client, devices, readOnly, actAfter } = useConsole();
  const info = (name: string): ModuleInfo | undefined => props.installed.find((each) => each.name === name);
  const losses = (module: string): string => {
    const names = [...devices().values()].filter((device) => device.module === module).map(({ name }) => name);
    return names.length === 0
      ? "No device is bound to its drivers."
      : `${counted(names.length, "device")} will lose the driver: ${few(names)}.`;
  };
  // Those that are not set are of interest when they can be written.
  const paramsOf = ({ name, params }: ModuleStatus): string[] => {
    const known = Object.entries(info(name)?.params ?? {}).filter(([, { writable }]) => writable === true);
    return [...new Set([...Object.keys(params), ...known.map(([param]) => param)])];
  };
  /** What an upgrade would bring. */
  const newer = ({ name, version }: ModuleStatus): string | null => {
    const installed = info(name)?.version ?? version;
    return installed === version ? null : installed;
  };
  const unload = async ({ name, usedBy }: ModuleStatus): Promise<void> => {
    const lines = [
      losses(name),
      usedBy.length === 0
        ? "What was loaded for it and nobody else needs is unloaded, too."
        : `It is in use by ${few(usedBy)}: the host will refuse until they are unloaded.`,
    ];
    await actAfter({ title: `Unload ${name}?`, lines, action: "Unload" }, () =>
      client.post("/v1/modules/{name}/unload", { params: { name }, body: { recursive: true } }),
    );
  };
  const upgrade = async ({ name, version }: ModuleStatus): Promise<void> => {
    const lines = [
      `Version ${info(name)?.version ?? "?"} is installed, ${version} runs.`,
      losses(name),
      "They get the new driver afterwards.",
    ];
    await actAfter({ title: `Upgrade ${name}?`, lines, action: "Upgrade" }, () =>
      client.post("/v1/modules/{name}/upgrade", { params: { name } }),
    );
  };

  return (
    <section class="card">
      <h2>Loaded</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Loaded modules">
        <table class="modules">
          <thead>
            <tr>
              <th scope="col">Module</th>
              <th scope="col">Version</th>
              <th scope="col">Runs in</th>
              <th scope="col">Used by</th>
              <th scope="col">Parameters</th>
              <th scope="col">
                <span class="sr">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={props.modules}>
              {(module) => (
                <tr>
                  <th scope="row" class="mono" title={info(module.name)?.description}>
                    {module.name}
                    {module.state === "live" ? "" : ` (${module.state})`}
                  </th>
                  <td data-label="Version">
                    {module.version}
                    <Show when={newer(module)}>{(version) => <b> ({version()} is installed)</b>}</Show>
                  </td>
                  <td data-label="Runs in">{module.isolation === "none" ? "the bus" : `a ${module.isolation}`}</td>
                  <td data-label="Used by" class="mono names">
                    {module.usedBy.join(", ")}
                  </td>
                  <td data-label="Parameters" class="mono">
                    <For each={paramsOf(module)}>
                      {(param) => (
                        <div title={info(module.name)?.params?.[param]?.description}>
                          {param}={valueOf(module, param)}
                          <Show when={info(module.name)?.params?.[param]?.writable === true && readOnly() === null}>
                            <WriteForm
                              name={`${module.name}.${param}`}
                              value={valueOf(module, param)}
                              onWrite={(value) =>
                                props.onChange(`Write ${param}`, () =>
                                  client.put("/v1/modules/{name}/params/{param}", {
                                    params: { name: module.name, param },
                                    body: { value },
                                  }),
                                )
                              }
                            />
                          </Show>
                        </div>
                      )}
                    </For>
                  </td>
                  <td class="end">
                    <span class="buttons">
                      <button
                        type="button"
                        class="small"
                        disabled={readOnly() !== null}
                        aria-label={`Upgrade ${module.name}`}
                        onClick={() => void upgrade(module)}
                      >
                        Upgrade…
                      </button>
                      <button
                        type="button"
                        class="small"
                        disabled={readOnly() !== null}
                        aria-label={`Unload ${module.name}`}
                        onClick={() => void unload(module)}
                      >
                        Unload…
                      </button>
                    </span>
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <Show when={readOnly()}>{(why) => <p class="hint">{why()}</p>}</Show>
    </section>
  );
}

function valueOf({ params }: ModuleStatus, param: string): string {
  return String(params[param] ?? "");
}
