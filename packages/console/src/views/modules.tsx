import { createEffect, createMemo, createResource, createSignal, For, type JSX, on, Show } from "solid-js";
import type { ModuleInfo, ModuleStatus } from "../api.ts";
import { useConsole } from "../context.ts";
import { WriteForm } from "./attributes.tsx";

/** The loaded modules, those that could be loaded, and where isolated ones run. */
export function ModulesView(): JSX.Element {
  const { client, model, readOnly, act, actAfter } = useConsole();
  const [filter, setFilter] = createSignal("");
  const [data, { refetch }] = createResource(async () => {
    const [{ modules }, installed, hosts] = await Promise.all([
      client.get("/v1/modules"),
      client.get("/v1/installed"),
      client.get("/v1/hosts"),
    ]);
    return { loaded: modules, ...installed, hosts };
  });
  createEffect(
    on([() => model().modules, () => model().parked, () => model().connection.state], () => void refetch(), {
      defer: true,
    }),
  );
  const disabled = (): boolean => readOnly() !== null;
  const wanted = (name: string): boolean => name.toLowerCase().includes(filter().toLowerCase());
  const info = (name: string): ModuleInfo | undefined => data.latest?.modules.find((each) => each.name === name);
  const available = createMemo(() => {
    const loaded = new Set((data.latest?.loaded ?? []).map(({ name }) => name));
    return (data.latest?.modules ?? []).filter(({ name }) => !loaded.has(name) && wanted(name));
  });
  const change = async (what: string, fn: () => Promise<unknown>): Promise<void> => {
    await act(what, fn);
    await refetch();
  };
  const unload = (module: ModuleStatus): void => {
    const devices = [...model().devices.values()].filter((device) => device.module === module.name);
    const lines = [
      devices.length === 0
        ? "No device is bound to its drivers."
        : `${devices.length} devices lose their driver: ${devices
            .slice(0, 5)
            .map(({ name }) => name)
            .join(", ")}${devices.length > 5 ? ", …" : ""}.`,
      "What was loaded for it and nobody else needs is unloaded, too.",
    ];
    const name = { name: module.name };
    void actAfter({ title: `Unload ${module.name}?`, lines, action: "Unload" }, () =>
      client.post("/v1/modules/{name}/unload", { params: name, body: { recursive: true } }),
    ).then(() => refetch());
  };

  return (
    <article class="page">
      <h1 class="sr">Modules</h1>
      <div class="bar">
        <input
          type="search"
          placeholder="Filter modules"
          aria-label="Filter modules"
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <button
          type="button"
          disabled={disabled()}
          onClick={() => void change("Look for packages", () => client.post("/v1/depmod"))}
        >
          Look for new packages
        </button>
      </div>
      <For each={data.latest?.problems ?? []}>{(problem) => <p class="error">{problem}</p>}</For>
      <section class="card">
        <h2>Loaded</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="Loaded modules">
          <table>
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
              <For each={(data.latest?.loaded ?? []).filter(({ name }) => wanted(name))}>
                {(module) => (
                  <tr>
                    <td class="mono" title={info(module.name)?.description}>
                      {module.name}
                      {module.state === "live" ? "" : ` (${module.state})`}
                    </td>
                    <td>{module.version}</td>
                    <td>{module.isolation === "none" ? "bus" : module.isolation}</td>
                    <td class="mono">{module.usedBy.join(", ")}</td>
                    <td class="mono">
                      <For each={Object.entries(module.params)}>
                        {([param, value]) => (
                          <div>
                            {param}={String(value)}
                            <Show when={info(module.name)?.params?.[param]?.writable === true && !disabled()}>
                              <WriteForm
                                name={`${module.name}.${param}`}
                                value={String(value)}
                                onWrite={(text) =>
                                  change(`Write ${param}`, () =>
                                    client.put("/v1/modules/{name}/params/{param}", {
                                      params: { name: module.name, param },
                                      body: { value: text },
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
                      <button
                        type="button"
                        class="small"
                        disabled={disabled()}
                        aria-label={`Upgrade ${module.name}`}
                        onClick={() =>
                          void change(`Upgrade ${module.name}`, () =>
                            client.post("/v1/modules/{name}/upgrade", { params: { name: module.name } }),
                          )
                        }
                      >
                        Upgrade
                      </button>{" "}
                      <button
                        type="button"
                        class="small"
                        disabled={disabled()}
                        aria-label={`Unload ${module.name}`}
                        onClick={() => unload(module)}
                      >
                        Unload…
                      </button>
                    </td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </section>
      <Show when={(data.latest?.hosts.hosts.length ?? 0) + (data.latest?.hosts.parked.length ?? 0) > 0}>
        <section class="card">
          <h2>Workers and processes</h2>
          <ul class="plain">
            <For each={data.latest?.hosts.hosts ?? []}>
              {({ name, kind, modules, devices, crashes }) => (
                <li>
                  <b>{name ?? `a ${kind}, being started`}</b>: <span class="mono">{modules.join(", ")}</span>,{" "}
                  {devices.length} devices
                  {crashes === 0 ? "" : `, ${crashes} crashes`}
                </li>
              )}
            </For>
            <For each={data.latest?.hosts.parked ?? []}>
              {({ device, reason }) => (
                <li>
                  parked: <span class="mono">{device}</span>, {reason}{" "}
                  <button
                    type="button"
                    class="small"
                    disabled={disabled()}
                    onClick={() => void change("Unpark", () => client.post("/v1/unpark", { body: { device } }))}
                  >
                    Unpark
                  </button>
                </li>
              )}
            </For>
          </ul>
        </section>
      </Show>
      <section class="card">
        <h2>Installed, not loaded</h2>
        <ul class="plain">
          <For each={available()} fallback={<li class="empty">None.</li>}>
            {({ name, version, description }) => {
              const blocked = (): boolean => data.latest?.blacklist.includes(name) === true;
              return (
                <li class="module">
                  <span>
                    <b class="mono">{name}</b> {version} <span class="hint">{description}</span>
                  </span>
                  <span class="end">
                    <button
                      type="button"
                      class="small"
                      disabled={disabled()}
                      aria-label={`Load ${name}`}
                      onClick={() =>
                        void change(`Load ${name}`, () =>
                          client.post("/v1/modules/{name}/load", { params: { name }, body: {} }),
                        )
                      }
                    >
                      Load
                    </button>{" "}
                    <button
                      type="button"
                      class="small"
                      disabled={disabled()}
                      aria-pressed={blocked()}
                      aria-label={`Blacklist ${name}`}
                      onClick={() =>
                        void change("Blacklist", () =>
                          blocked()
                            ? client.delete("/v1/blacklist/{name}", { params: { name } })
                            : client.put("/v1/blacklist/{name}", { params: { name } }),
                        )
                      }
                    >
                      {blocked() ? "Blacklisted" : "Blacklist"}
                    </button>
                  </span>
                </li>
              );
            }}
          </For>
        </ul>
      </section>
    </article>
  );
}
