import { createEffect, For, type JSX, on, Show } from "solid-js";
import type { Device, SysfsEntry } from "../api.ts";
import { useConsole } from "../context.ts";
import { deviceHref } from "../router.ts";
import { Trouble } from "../ui/trouble.tsx";
import { WriteForm } from "../ui/write-form.tsx";
import { useLoaded } from "../use-loaded.ts";

interface Folder {
  /** Its path below /sys. */
  readonly name: string;
  readonly title: string;
  readonly entries: readonly SysfsEntry[];
}

/** How deep folders are read, and how many. */
const DEPTH = 2;
const MOST = 20;

/** The files of a device, with those of its folders such as power and irqs. */
export function Attributes(props: { readonly device: Device }): JSX.Element {
  const { client, model, readOnly, act } = useConsole();
  const folders = useLoaded(
    () => props.device.path,
    (path) => readAll({ name: path.slice(1), title: "" }, DEPTH),
  );
  const read = async (path: string): Promise<readonly SysfsEntry[]> => {
    const found = await client.get("/v1/sysfs", { query: { path, values: "true" } });
    return found.kind === "folder" ? found.entries : [];
  };
  const readAll = async ({ name: path, title }: Omit<Folder, "entries">, depth: number): Promise<readonly Folder[]> => {
    const entries = await read(path);
    if (depth === 0) return [{ name: path, title, entries }];
    // What is below it and a device itself has a page of its own.
    const inner = entries.filter(({ kind, name }) => kind === "folder" && !model().devices.has(`/${path}/${name}`));
    const nested = await Promise.all(
      inner
        .slice(0, MOST)
        .map(({ name }) => readAll({ name: `${path}/${name}`, title: `${title}${name}/` }, depth - 1)),
    );
    return [{ name: path, title, entries }, ...nested.flat()];
  };
  createEffect(
    on(
      () => props.device,
      () => folders.reload(),
      { defer: true },
    ),
  );
  const write = async (path: string, value: string): Promise<boolean> => {
    const done = await act(`Write ${path.split("/").at(-1) ?? ""}`, () =>
      client.put("/v1/sysfs", { body: { path, value } }),
    );
    if (done) folders.reload();
    return done;
  };

  return (
    <section class="card files-card">
      <div class="title">
        <h2>Files</h2>
        <button type="button" class="small" onClick={() => folders.reload()}>
          Read again
        </button>
      </div>
      <Trouble error={folders.error()} onRetry={folders.reload} />
      <For each={folders.data() ?? []}>
        {(folder) => (
          <Show when={folder.entries.some(({ kind }) => kind !== "folder")}>
            <Show when={folder.title !== ""}>
              <h3 class="mono">{folder.title}</h3>
            </Show>
            <dl class="facts files">
              <For each={folder.entries.filter(({ kind }) => kind !== "folder")}>
                {(entry) => (
                  <>
                    <dt class="mono">{entry.name}</dt>
                    <dd class="mono">
                      <Value entry={entry} />
                      <Show when={entry.writable && readOnly() === null}>
                        <WriteForm
                          name={entry.name}
                          value={entry.name === "uevent" ? "add" : (entry.value?.trimEnd() ?? "")}
                          onWrite={(value) => write(`${folder.name}/${entry.name}`, value)}
                        />
                      </Show>
                    </dd>
                  </>
                )}
              </For>
            </dl>
          </Show>
        )}
      </For>
    </section>
  );
}

function Value(props: { readonly entry: SysfsEntry }): JSX.Element {
  const { model } = useConsole();
  const target = (): string => `/${props.entry.target ?? ""}`;
  return (
    <Show
      when={props.entry.kind === "link"}
      fallback={
        <Show when={props.entry.error} fallback={<span>{props.entry.value?.trimEnd() ?? ""}</span>}>
          {(error) => <span class="hint">{`${error().code}: ${error().message}`}</span>}
        </Show>
      }
    >
      →{"\u00a0"}
      <Show when={model().devices.has(target())} fallback={props.entry.target}>
        <a href={deviceHref(target())}>{props.entry.target}</a>
      </Show>
    </Show>
  );
}
