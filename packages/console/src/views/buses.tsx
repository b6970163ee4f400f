import { For, type JSX, Show } from "solid-js";
import { useConsole } from "../context.ts";
import { counted } from "../text.ts";

/** The buses, and whether their devices are probed by themselves. */
export function Buses(): JSX.Element {
  const { client, model, devices, readOnly, act, actAfter } = useConsole();
  const set = async (bus: string, on: boolean): Promise<void> => {
    const body = { path: `bus/${bus}/drivers_autoprobe`, value: on ? "1" : "0" };
    if (on) await act(`Autoprobe of ${bus}`, () => client.put("/v1/sysfs", { body }));
    else {
      const lines = ["New devices and drivers of this bus are bound by hand only.", "What is bound stays bound."];
      await actAfter({ title: `Turn autoprobe of ${bus} off?`, lines, action: "Turn off" }, () =>
        client.put("/v1/sysfs", { body }),
      );
    }
  };
  const count = (bus: string): number => [...devices().values()].filter((device) => device.bus === bus).length;
  return (
    <Show when={model().buses.length > 0}>
      <section class="card">
        <h2>Buses</h2>
        <ul class="plain">
          <For each={model().buses}>
            {({ name, autoprobe }) => (
              <li class="module">
                <span>
                  <b class="mono">{name}</b>{" "}
                  <span class="hint">
                    {counted(count(name), "device")}, {autoprobe ? "probed by themselves" : "bound by hand only"}
                  </span>
                </span>
                <button
                  type="button"
                  class="small"
                  disabled={readOnly() !== null}
                  aria-pressed={autoprobe}
                  aria-label={`Autoprobe of ${name}`}
                  onClick={() => void set(name, !autoprobe)}
                >
                  {autoprobe ? "Autoprobe…" : "Autoprobe"}
                </button>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
