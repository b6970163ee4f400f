import { createEffect, createResource, createSignal, For, type JSX, on, Show } from "solid-js";
import type { Device, SysfsEntry } from "../api.ts";
import { useConsole } from "../context.ts";

interface Folder {
  /** Below /sys. */
  readonly path: string;
  readonly title: string;
  readonly entries: readonly SysfsEntry[];
}

/** The files of a device, with those of its folders such as power and irqs. */
export function Attributes(props: { readonly device: Device }): JSX.Element {
  const { client, model, readOnly, act } = useConsole();
  const read = async (path: string): Promise<readonly SysfsEntry[]> => {
    const found = await client.get("/v1/sysfs", { query: { path, values: "true" } }).catch(() => null);
    return found?.kind === "folder" ? found.entries : [];
  };
  const [folders, { refetch }] = createResource(
    () => props.device.path.slice(1),
    async (path): Promise<readonly Folder[]> => {
      const own = await read(path);
      const names = new Set(
        [...model().devices.values()].filter(({ parent }) => parent === props.device.path).map(({ name }) => name),
      );
      const inner = own.filter(({ kind, name }) => kind === "folder" && !names.has(name)).slice(0, 10);
      const nested = await Promise.all(
        inner.map(async ({ name }) => ({
          path: `${path}/${name}`,
          title: name,
          entries: await read(`${path}/${name}`),
        })),
      );
      return [{ path, title: "", entries: own }, ...nested];
    },
  );
  createEffect(
    on(
      () => props.device,
      () => void refetch(),
      { defer: true },
    ),
  );
  const write = async (path: string, value: string): Promise<void> => {
    if (await act(`Write ${path.split("/").at(-1) ?? ""}`, () => client.put("/v1/sysfs", { body: { path, value } })))
      await refetch();
  };

  return (
    <section class="card">
      <h2>Files</h2>
      <For each={folders.latest ?? []}>
        {(folder) => (
          <Show when={folder.entries.some(({ kind }) => kind !== "folder")}>
            <Show when={folder.title !== ""}>
              <h3 class="mono">{folder.title}/</h3>
            </Show>
            <dl class="facts files">
              <For each={folder.entries.filter(({ kind }) => kind !== "folder")}>
                {(entry) => (
                  <>
                    <dt class="mono">{entry.name}</dt>
                    <dd class="mono">
                      <Show when={entry.kind === "file"} fallback={`→ ${entry.target ?? ""}`}>
                        {entry.error === undefined
                          ? (entry.value?.trimEnd() ?? "")
                          : `${entry.error.code}: ${entry.error.message}`}
                        <Show when={entry.writable && entry.name !== "uevent" && readOnly() === null}>
                          <WriteForm
                            name={entry.name}
                            value={entry.value?.trimEnd() ?? ""}
                            onWrite={(value) => write(`${folder.path}/${entry.name}`, value)}
                          />
                        </Show>
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

/** A button that becomes a field. */
export function WriteForm(props: {
  readonly name: string;
  readonly value: string;
  onWrite(value: string): Promise<void>;
}): JSX.Element {
  const [open, setOpen] = createSignal(false);
  return (
    <Show
      when={open()}
      fallback={
        <button type="button" class="small" aria-label={`Write ${props.name}`} onClick={() => setOpen(true)}>
          write
        </button>
      }
    >
      <form
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          const value = new FormData(event.currentTarget).get("value");
          void props.onWrite(typeof value === "string" ? value : "").then(() => setOpen(false));
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") setOpen(false);
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
