import { createMemo, For, type JSX, Show } from "solid-js";
import type { Device, Explanation, Parked } from "../api.ts";
import { useConsole } from "../context.ts";
import { few, nameOf } from "../text.ts";
import { descendantsOf } from "../tree.ts";
import { OverrideForm } from "../ui/override-form.tsx";

export interface DeviceActionsProps {
  readonly device: Device;
  readonly parked: Parked | undefined;
  readonly explanation: Explanation | null;
}

/** What can be done to a device. What interrupts it is asked about before. */
export function DeviceActions(props: DeviceActionsProps): JSX.Element {
  const { client, model, devices, readOnly, act, actAfter } = useConsole();
  const disabled = (): boolean => readOnly() !== null;
  const asked = (): { readonly bus: string; readonly device: string } => ({
    bus: props.device.bus ?? "",
    device: props.device.name,
  });
  /** Who loses what when its driver goes. */
  const losses = createMemo((): string[] => {
    const { path, name, driver } = props.device;
    const below = descendantsOf(model().tree, path).flatMap((each) => {
      const device = devices().get(each);
      return device === undefined || device.driver === null ? [] : [device];
    });
    const consumers = model()
      .links.filter(({ supplier }) => supplier === path)
      .map(({ consumer }) => nameOf(consumer));
    return [
      ...(driver === null ? [] : [`${name} loses ${driver}.`]),
      ...(below.length === 0 ? [] : [`Bound below it: ${few(below.map((device) => device.name))}.`]),
      ...(consumers.length === 0 ? [] : [`What depends on it is unbound first: ${few(consumers)}.`]),
    ];
  });
  const drivers = createMemo(() =>
    model()
      .drivers.filter(({ bus }) => bus === props.device.bus)
      .map(({ name }) => name),
  );
  const matching = createMemo(() => {
    const tried = (props.explanation?.drivers ?? []).map(({ driver }) => driver);
    return tried.length > 0 ? tried : drivers();
  });

  return (
    <Show when={props.device.bus !== null && model().isLive}>
      <div class="actions" role="group" aria-label={`Actions on ${props.device.name}`}>
        <Show
          when={props.device.driver}
          fallback={
            <>
              <button
                type="button"
                disabled={disabled() || props.parked !== undefined}
                onClick={() => void act("Rescan", () => client.post("/v1/rescan", { body: asked() }))}
              >
                Rescan
              </button>
              <form
                class="inline"
                onSubmit={(event) => {
                  event.preventDefault();
                  const driver = new FormData(event.currentTarget).get("driver");
                  if (typeof driver === "string")
                    void act(`Bind ${driver}`, () => client.post("/v1/bind", { body: { ...asked(), driver } }));
                }}
              >
                <select name="driver" aria-label="Driver to bind" disabled={disabled() || matching().length === 0}>
                  <For each={matching()}>{(driver) => <option>{driver}</option>}</For>
                </select>
                <button type="submit" disabled={disabled() || matching().length === 0 || props.parked !== undefined}>
                  Bind
                </button>
              </form>
            </>
          }
        >
          {(driver) => (
            <>
              <button
                type="button"
                disabled={disabled()}
                onClick={() =>
                  void actAfter({ title: `Rebind ${props.device.name}?`, lines: losses(), action: "Rebind" }, () =>
                    client.post("/v1/rebind", { body: asked() }),
                  )
                }
              >
                Rebind…
              </button>
              <button
                type="button"
                disabled={disabled()}
                onClick={() =>
                  void actAfter({ title: `Unbind ${props.device.name}?`, lines: losses(), action: "Unbind" }, () =>
                    client.post("/v1/unbind", { body: { ...asked(), driver: driver() } }),
                  )
                }
              >
                Unbind…
              </button>
            </>
          )}
        </Show>
        <Show when={model().isHost}>
          <Show
            when={props.parked}
            fallback={
              <button
                type="button"
                disabled={disabled()}
                onClick={() =>
                  void actAfter(
                    {
                      title: `Park ${props.device.name}?`,
                      lines: [
                        ...losses(),
                        "No driver may have it until it is unparked, also after a restart of the host.",
                      ],
                      action: "Park",
                    },
                    () => client.post("/v1/park", { body: { device: props.device.path, reason: "from the console" } }),
                  )
                }
              >
                Park…
              </button>
            }
          >
            <button
              type="button"
              disabled={disabled()}
              onClick={() =>
                void act("Unpark", () => client.post("/v1/unpark", { body: { device: props.device.path } }))
              }
            >
              Unpark
            </button>
          </Show>
        </Show>
        <OverrideForm
          drivers={drivers()}
          now={props.explanation?.driverOverride ?? null}
          disabled={disabled() || props.parked !== undefined}
          onSet={(driver) => act("Override", () => client.put("/v1/override", { body: { ...asked(), driver } }))}
        />
        <Show when={readOnly()}>{(why) => <span class="hint">{why()}</span>}</Show>
      </div>
    </Show>
  );
}
