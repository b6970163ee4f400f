import {
  createEffect,
  createMemo,
  createSignal,
  ErrorBoundary,
  For,
  type JSX,
  Match,
  onCleanup,
  onMount,
  Show,
  Switch,
} from "solid-js";
import { toError } from "auxbus";
import type { HostClient } from "@auxbus/host/client";
import { type Console, ConsoleContext } from "./context.ts";
import { Live } from "./live.ts";
import { Model } from "./model.ts";
import { currentRoute, goTo } from "./router.ts";
import { Banner } from "./ui/banner.tsx";
import { ConfirmDialog } from "./ui/dialog.tsx";
import { Help } from "./ui/help.tsx";
import { HostMenu } from "./ui/host-menu.tsx";
import { useActions } from "./use-actions.ts";
import { viewsOf } from "./views.ts";
import { DeviceView } from "./views/device.tsx";
import { DevicesView } from "./views/devices.tsx";
import { GraphView } from "./views/graph.tsx";
import { LogView } from "./views/log.tsx";
import { ModulesView } from "./views/modules.tsx";
import { TimelineView } from "./views/timeline.tsx";

/** Everything around the views: navigation, connection, what went wrong, questions. */
export function Shell(props: { readonly client: HostClient; onRefused(why: string): void }): JSX.Element {
  // It is for one host: another token makes another shell.
  const { client } = props;
  const state = new Model();
  const [model, setModel] = createSignal(state, { equals: false });
  const live = new Live(client, state);
  const unsubscribe = state.subscribe(() => {
    setModel(state);
    const { connection } = state;
    if (connection.state === "refused") props.onRefused(connection.why);
  });
  onMount(() => void live.run());
  onCleanup(() => {
    unsubscribe();
    live.stop();
  });

  const { message, asked, forgetMessage, act, actAfter } = useActions();
  const [help, setHelp] = createSignal(false);
  const readOnly = createMemo(() => {
    const { connection, status } = model();
    if (connection.state !== "live") return "The connection is lost.";
    if (!model().isLive) return "This is a snapshot: nothing can be changed.";
    return status?.role === "operator" ? null : "This token may only read.";
  });

  const views = createMemo(() => viewsOf(model()));
  const has = (id: string): boolean => currentRoute().view === id && views().some((view) => view.id === id);
  const deviceChanges = createMemo(() => model().deviceChanges);
  const devices = createMemo(() => (deviceChanges(), state.devices), undefined, { equals: false });
  const context: Console = { client, live, model, devices, readOnly, act, actAfter };

  const onKey = (event: KeyboardEvent): void => {
    const typing =
      event.target instanceof Element && event.target.closest("input, select, textarea, dialog[open]") !== null;
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const view = views().find(({ key }) => key === event.key);
    if (view !== undefined) goTo(`#/${view.id}`);
    else if (event.key === "?") setHelp(true);
    else if (event.key === "/") {
      const filter = document.querySelector<HTMLInputElement>("main input[type=search]");
      if (filter === null) return;
      filter.focus();
    } else return;
    event.preventDefault();
  };
  const retry = (): void => {
    if (document.visibilityState === "visible") live.retry();
  };
  addEventListener("keydown", onKey);
  // The machine was asleep, or its network was gone: there is no need to wait for the next attempt.
  addEventListener("online", retry);
  document.addEventListener("visibilitychange", retry);
  onCleanup(() => {
    removeEventListener("keydown", onKey);
    removeEventListener("online", retry);
    document.removeEventListener("visibilitychange", retry);
  });
  createEffect(() => {
    const name = model().status?.host ?? "";
    const title =
      views().find(({ id }) => id === currentRoute().view)?.title ?? currentRoute().rest.split("/").at(-1) ?? "";
    document.title = `${title} · ${name} · auxbus`;
  });

  return (
    <ConsoleContext.Provider value={context}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to the content
      </a>
      <header>
        <a class="brand" href="#/devices">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <b>auxbus</b>
          <span class="host">{model().status?.host ?? ""}</span>
        </a>
        <nav aria-label="Views">
          <For each={views()}>
            {({ id, title }) => (
              <a href={`#/${id}`} aria-current={currentRoute().view === id ? "page" : undefined}>
                {title}
              </a>
            )}
          </For>
        </nav>
        <HostMenu onHelp={() => setHelp(true)} />
      </header>
      <Banner />
      <main id="main" tabindex="-1">
        <ErrorBoundary fallback={(error: unknown, reset) => <Mistake error={error} onRetry={reset} />}>
          <Switch
            fallback={
              <p class="empty">
                There is no page here. <a href="#/devices">Devices</a>
              </p>
            }
          >
            <Match when={currentRoute().view === "devices"}>
              <DevicesView />
            </Match>
            <Match when={currentRoute().view === "graph"}>
              <GraphView around={currentRoute().rest} />
            </Match>
            <Match when={has("timeline")}>
              <TimelineView chosen={currentRoute().rest} />
            </Match>
            <Match when={has("modules")}>
              <ModulesView />
            </Match>
            <Match when={has("log")}>
              <LogView />
            </Match>
            <Match when={currentRoute().view === "device" && currentRoute().rest} keyed>
              {(path) => <DeviceView path={path} />}
            </Match>
          </Switch>
        </ErrorBoundary>
      </main>
      <div class="toasts" role="status" aria-live="polite">
        <Show when={message()}>
          {(shown) => (
            <p class={shown().bad ? "toast bad" : "toast"}>
              {shown().text}
              <button type="button" aria-label="Close the message" onClick={forgetMessage}>
                ×
              </button>
            </p>
          )}
        </Show>
      </div>
      <ConfirmDialog asked={asked()} />
      <Show when={help()}>
        <Help views={views()} onClose={() => setHelp(false)} />
      </Show>
    </ConsoleContext.Provider>
  );
}

/** A mistake of this page: the rest of it goes on. */
function Mistake(props: { readonly error: unknown; onRetry(): void }): JSX.Element {
  return (
    <p class="error" role="alert">
      This view has a mistake: {toError(props.error).message}.{" "}
      <button type="button" onClick={() => props.onRetry()}>
        Show it again
      </button>
    </p>
  );
}
