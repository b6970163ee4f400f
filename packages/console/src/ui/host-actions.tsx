import { type JSX, Show } from "solid-js";
import { useConsole } from "../context.ts";
import { counted } from "../text.ts";

/** What is done to a host as a whole. */
export function HostActions(): JSX.Element {
  const { client, model, readOnly, act, actAfter } = useConsole();
  const bound = () => [...model().devices.values()].filter(({ state }) => state === "bound").length;
  return (
    <>
      <Show
        when={model().status?.suspended === true}
        fallback={
          <button
            type="button"
            disabled={readOnly() !== null}
            onClick={() =>
              void actAfter(
                {
                  title: "Suspend the system?",
                  lines: [
                    `${counted(bound(), "bound device")} will be suspended.`,
                    "Nothing is probed until it is resumed.",
                  ],
                  action: "Suspend",
                },
                () => client.post("/v1/power/suspend"),
              )
            }
          >
            Suspend…
          </button>
        }
      >
        <button
          type="button"
          disabled={readOnly() !== null}
          onClick={() => void act("Resume", () => client.post("/v1/power/resume"))}
        >
          Resume
        </button>
      </Show>
      <button
        type="button"
        disabled={readOnly() !== null}
        onClick={() => void act("Reload", () => client.post("/v1/reload"))}
      >
        Reload the configuration
      </button>
      <button
        type="button"
        class="danger"
        disabled={readOnly() !== null}
        onClick={() =>
          void actAfter(
            {
              title: "Shut the host down?",
              lines: [
                `All modules are unloaded; ${counted(bound(), "device")} will lose the driver.`,
                "It has to be started again by hand.",
              ],
              action: "Shut down",
            },
            () => client.post("/v1/down"),
          )
        }
      >
        Shut down…
      </button>
    </>
  );
}
