import { createEffect, createSignal, type JSX, Match, onCleanup, Show, Switch } from "solid-js";
import { useConsole } from "../context.ts";
import type { Connection } from "../model.ts";
import { duration } from "../text.ts";

/** What one has to know before anything else: no connection, a journal that cannot be written, a system that sleeps. */
export function Banner(): JSX.Element {
  const { model, live } = useConsole();
  return (
    <div role="status" aria-live="polite">
      {/* Heard, not seen: nobody looks for what is not wrong. */}
      <Switch fallback={<span class="sr">Connected to the host.</span>}>
        <Match when={lostOf(model().connection)}>
          {(lost) => (
            <div class="banner bad">
              <span>
                The connection to the host is lost: {lost().why}. {/* Said once, not at every second. */}
                <span aria-live="off">
                  <Countdown since={lost().since} next={lost().next} />
                </span>
              </span>
              <button type="button" onClick={() => live.retry()}>
                Try again now
              </button>
            </div>
          )}
        </Match>
        <Match when={model().connection.state === "connecting"}>
          <div class="banner">Connecting…</div>
        </Match>
        <Match when={model().status?.journal.state === "failing"}>
          <div class="banner bad">The journal cannot be written: {model().status?.journal.reason}</div>
        </Match>
        <Match when={model().trouble}>
          {(why) => <div class="banner bad">What is shown may be old: {why()}. It is asked for again.</div>}
        </Match>
        <Match when={model().status?.suspended === true}>
          <div class="banner">The system is suspended: nothing is probed until it is resumed.</div>
        </Match>
      </Switch>
      <Show when={model().status?.view}>
        {(view) => (
          <div class="banner">
            {view().live ? "View" : "Read-only view"} of {model().status?.host}
            {view().about === "" ? "" : `: ${view().about}`}
          </div>
        )}
      </Show>
      <Show when={(model().status?.problems.length ?? 0) > 0}>
        <div class="banner warn">{model().status?.problems.join("; ")}</div>
      </Show>
    </div>
  );
}

function lostOf(connection: Connection): (Connection & { state: "lost" }) | null {
  return connection.state === "lost" ? connection : null;
}

function Countdown(props: { readonly since: number; readonly next: number }): JSX.Element {
  const [now, setNow] = createSignal(Date.now());
  createEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    onCleanup(() => clearInterval(timer));
  });
  const left = (): number => Math.ceil((props.next - now()) / 1000);
  return (
    <>
      What is shown is {duration(Math.max(1000, now() - props.since))} old
      {left() > 0 ? `; next attempt in ${left()} s.` : "; trying again…"}
    </>
  );
}
