import { createEffect, createMemo, createSignal, For, type JSX, on } from "solid-js";
import { useConsole } from "../context.ts";
import { Trouble } from "../ui/trouble.tsx";
import { useLoaded } from "../use-loaded.ts";
import { Buses } from "./buses.tsx";
import { InstalledModules } from "./installed-modules.tsx";
import { LoadedModules } from "./loaded-modules.tsx";
import { WorkerHosts } from "./worker-hosts.tsx";

/** Does something about modules, and looks at them again, whether it was done or not. */
export type Change = (what: string, fn: () => Promise<unknown>) => Promise<boolean>;

/** The loaded modules, those that could be loaded, and where isolated ones run. */
export function ModulesView(): JSX.Element {
  const { client, model, readOnly, act } = useConsole();
  const [filter, setFilter] = createSignal("");
  const answer = useLoaded(
    () => "",
    async () => {
      const [{ modules }, installed, hosts] = await Promise.all([
        client.get("/v1/modules"),
        client.get("/v1/installed"),
        client.get("/v1/hosts"),
      ]);
      return { loaded: modules, ...installed, hosts };
    },
  );
  createEffect(on([() => model().moduleChanges, () => model().parked], () => answer.reload(), { defer: true }));
  const wanted = (name: string): boolean => name.toLowerCase().includes(filter().trim().toLowerCase());
  const loaded = createMemo(() => (answer.data()?.loaded ?? []).filter(({ name }) => wanted(name)));
  const available = createMemo(() => {
    const names = new Set((answer.data()?.loaded ?? []).map(({ name }) => name));
    return (answer.data()?.modules ?? []).filter(({ name }) => !names.has(name) && wanted(name));
  });
  const change: Change = async (what, fn) => {
    const done = await act(what, fn);
    answer.reload();
    return done;
  };

  return (
    <article class="page">
      <h1 class="sr">Modules</h1>
      <div class="bar">
        <input
          type="search"
          placeholder="Filter modules"
          aria-label="Filter modules"
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <button
          type="button"
          disabled={readOnly() !== null}
          onClick={() => void change("Look for packages", () => client.post("/v1/depmod"))}
        >
          Look for new packages
        </button>
      </div>
      <Trouble error={answer.error()} onRetry={answer.reload} />
      <For each={answer.data()?.problems ?? []}>{(problem) => <p class="error">{problem}</p>}</For>
      <LoadedModules modules={loaded()} installed={answer.data()?.modules ?? []} onChange={change} />
      <WorkerHosts
        hosts={answer.data()?.hosts.hosts ?? []}
        parked={answer.data()?.hosts.parked ?? []}
        onChange={change}
      />
      <Buses />
      <InstalledModules modules={available()} blacklist={answer.data()?.blacklist ?? []} onChange={change} />
    </article>
  );
}
