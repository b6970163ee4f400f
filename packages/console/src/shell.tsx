import {
  createEffect,
  createMemo,
  createSignal,
  For,
  type JSX,
  Match,
  onCleanup,
  onMount,
  Show,
  Switch,
} from "solid-js";
import { BusError, toError } from "auxbus";
import type { HostClient } from "@auxbus/host/client";
import { type Console, ConsoleContext, type Question } from "./context.ts";
import { Live } from "./live.ts";
import { Model } from "./model.ts";
import { currentRoute, goTo } from "./router.ts";
import { type Asked, ConfirmDialog } from "./ui/dialog.tsx";
import { Banner } from "./ui/banner.tsx";
import { HostMenu } from "./ui/host-menu.tsx";
import { DeviceView } from "./views/device.tsx";
import { DevicesView } from "./views/devices.tsx";
import { GraphView } from "./views/graph.tsx";
import { LogView } from "./views/log.tsx";
import { ModulesView } from "./views/modules.tsx";
import { TimelineView } from "./views/timeline.tsx";

const VIEWS = [
  { id: "devices", title: "Devices", key: "1" },
  { id: "graph", title: "Graph", key: "2" },
  { id: "timeline", title: "Timeline", key: "3" },
  { id: "modules", title: "Modules", key: "4" },
  { id: "log", title: "Log", key: "5" },
] as const;

interface Message {
  readonly text: string;
  readonly bad: boolean;
}

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

  const [message, setMessage] = createSignal<Message | null>(null);
  const [asked, setAsked] = createSignal<Asked | null>(null);
  const [help, setHelp] = createSignal(false);
  const readOnly = createMemo(() => {
    const { connection, status } = model();
    if (connection.state !== "live") return "The connection is lost.";
    return status?.role === "operator" ? null : "This token may only read.";
  });

  const act = async (what: string, fn: () => Promise<unknown>): Promise<boolean> => {
    try {
      const done = await fn();
      const unwritten = typeof done === "object" && done !== null && "journaled" in done && done.journaled === false;
      setMessage({
        text: unwritten ? `${what}: done, but the journal cannot be written` : `${what}: done`,
        bad: unwritten,
      });
      return true;
    } catch (error) {
      const text = error instanceof BusError ? `${error.reason} (${error.code})` : toError(error).message;
      setMessage({ text: `${what}: ${text}`, bad: true });
      return false;
    }
  };
  const actAfter = async (question: Question, fn: () => Promise<unknown>): Promise<boolean> => {
    const agreed = await new Promise<boolean>((answer) => setAsked({ question, answer }));
    setAsked(null);
    return agreed && act(question.action, fn);
  };
  const context: Console = { client, live, model, readOnly, act, actAfter };

  const onKey = (event: KeyboardEvent): void => {
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea, dialog") !== null;
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const view = VIEWS.find(({ key }) => key === event.key);
    if (view !== undefined) goTo(`#/${view.id}`);
    else if (event.key === "?") setHelp(true);
    else if (event.key === "/") {
      const filter = document.querySelector<HTMLInputElement>("main input[type=search]");
      if (filter === null) return;
      filter.focus();
    } else return;
    event.preventDefault();
  };
  addEventListener("keydown", onKey);
  onCleanup(() => removeEventListener("keydown", onKey));
  createEffect(() => {
    const name = model().status?.host ?? "";
    const title =
      VIEWS.find(({ id }) => id === currentRoute().view)?.title ?? currentRoute().rest.split("/").at(-1) ?? "";
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
          <For each={VIEWS}>
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
            <GraphView />
          </Match>
          <Match when={currentRoute().view === "timeline"}>
            <TimelineView />
          </Match>
          <Match when={currentRoute().view === "modules"}>
            <ModulesView />
          </Match>
          <Match when={currentRoute().view === "log"}>
            <LogView />
          </Match>
          <Match when={currentRoute().view === "device" && currentRoute().rest} keyed>
            {(path) => <DeviceView path={path} />}
          </Match>
        </Switch>
      </main>
      <div class="toasts" role="status" aria-live="polite">
        <Show when={message()}>
          {(shown) => (
            <p class={shown().bad ? "toast bad" : "toast"}>
              {shown().text}
              <button type="button" aria-label="Close the message" onClick={() => setMessage(null)}>
                ×
              </button>
            </p>
          )}
        </Show>
      </div>
      <ConfirmDialog asked={asked()} />
      <Show when={help()}>
        <Help onClose={() => setHelp(false)} />
      </Show>
    </ConsoleContext.Provider>
  );
}

function Help(props: { onClose(): void }): JSX.Element {
  let dialog: HTMLDialogElement | undefined;
  onMount(() => dialog?.showModal());
  const keys = [
    ...VIEWS.map(({ key, title }) => [key, title] as const),
    ["/", "Filter"],
    ["↑ ↓", "Move in a list"],
    ["← →", "Close and open a part of the tree; move in time"],
    ["Enter", "Open a device"],
    ["+ −", "Zoom the timeline"],
    ["Home", "Back to now on the timeline"],
    ["?", "This help"],
  ] as const;
  return (
    <dialog ref={(element) => (dialog = element)} aria-labelledby="keys" onClose={() => props.onClose()}>
      <h2 id="keys">Keys</h2>
      <dl class="keys">
        <For each={keys}>
          {([key, what]) => (
            <div>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          )}
        </For>
      </dl>
      <form method="dialog" class="buttons">
        <button type="submit" autofocus>
          Close
        </button>
      </form>
    </dialog>
  );
}
