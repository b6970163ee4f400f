import { createEffect, createSignal, type JSX, Match, onCleanup, Show, Switch } from "solid-js";
import { useConsole } from "../context.ts";
import { duration } from "../text.ts";

/** What one has to know before anything else: no connection, a journal that cannot be written, a system that sleeps. */
export function Banner(): JSX.Element {
  const { model, live } = useConsole();
  return (
    <div role="status" aria-live="polite">
      <Switch>
        <Match when={lostOf(model().connection)}>
          {(lost) => (
            <div class="banner bad">
              <span>
                The connection to the host is lost: {lost().why}. What is shown is from <Ago since={lost().since} />.
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
        <Match when={model().status?.suspended === true}>
          <div class="banner">The system is suspended: nothing is probed until it is resumed.</div>
        </Match>
      </Switch>
      <Show when={(model().status?.problems.length ?? 0) > 0}>
        <div class="banner warn">{model().status?.problems.join("; ")}</div>
      </Show>
    </div>
  );
}

function lostOf(connection: ReturnType<ReturnType<typeof useConsole>["model"]>["connection"]) {
  return connection.state === "lost" ? connection : null;
}

function Ago(props: { readonly since: number }): JSX.Element {
  const [now, setNow] = createSignal(Date.now());
  createEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    onCleanup(() => clearInterval(timer));
  });
  return <>{duration(Math.max(1000, now() - props.since))} ago</>;
}
