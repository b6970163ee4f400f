import { For, type JSX, Show } from "solid-js";
import type { Parked, WorkerHost } from "../api.ts";
import { useConsole } from "../context.ts";
import { deviceHref } from "../router.ts";
import { counted, few, nameOf } from "../text.ts";
import type { Change } from "./modules.tsx";

/** Where isolated modules run, and which devices no driver may have. */
export function WorkerHosts(props: {
  readonly hosts: readonly WorkerHost[];
  readonly parked: readonly Parked[];
  readonly onChange: Change;
}): JSX.Element {
  const { client, readOnly } = useConsole();
  return (
    <Show when={props.hosts.length + props.parked.length > 0}>
      <section class="card">
        <h2>Workers, processes and parked devices</h2>
        <ul class="plain">
          <For each={props.hosts}>
            {(host) => (
              <li>
                <b>{host.name ?? `a ${host.kind}, being started`}</b>: <span class="mono">{few(host.modules)}</span>,{" "}
                {counted(host.devices.length, "device")}
                {host.crashes === 0 ? "" : `, ${host.crashes === 1 ? "1 crash" : `${host.crashes} crashes`}`}
              </li>
            )}
          </For>
          <For each={props.parked}>
            {({ device, reason, by }) => (
              <li>
                {by === "crash" ? "parked after a crash" : "parked"}:{" "}
                <a class="mono" href={deviceHref(device)}>
                  {nameOf(device)}
                </a>
                , {reason}{" "}
                <button
                  type="button"
                  class="small"
                  disabled={readOnly() !== null}
                  aria-label={`Unpark ${nameOf(device)}`}
                  onClick={() => void props.onChange("Unpark", () => client.post("/v1/unpark", { body: { device } }))}
                >
                  Unpark
                </button>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
