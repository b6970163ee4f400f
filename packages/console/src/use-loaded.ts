import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import { useConsole } from "./context.ts";
import { reasonOf } from "./live.ts";

/** Milliseconds between two answers: what changes all the time is not asked for all the time. */
const PAUSE = 300;

export interface Loaded<T> {
  /** The last answer to what is asked now; undefined: none yet. */
  readonly data: Accessor<T | undefined>;
  /** Why the last question was not answered. */
  readonly error: Accessor<string | null>;
  /** Asks again. However often this is called meanwhile, it is asked once. */
  reload(this: void): void;
}

/** Something that is asked of the host; a question that fails is shown by the view, and asked again when connected. */
export function useLoaded<K, T>(key: Accessor<K>, load: (key: K) => Promise<T>): Loaded<T> {
  const { model } = useConsole();
  // Merged by name: what has not changed stays in the page, with what is typed into it.
  const [answers, setAnswers] = createStore<{ last: T | undefined }>({ last: undefined });
  const [error, setError] = createSignal<string | null>(null);
  let generation = 0;
  let asking = false;
  let again = false;

  const ask = async (): Promise<void> => {
    const mine = generation;
    asking = true;
    again = false;
    try {
      const answer = await load(key());
      if (mine === generation) {
        setAnswers(reconcile({ last: answer }, { key: "name" }));
        setError(null);
      }
    } catch (thrown) {
      if (mine === generation) setError(reasonOf(thrown));
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (mine !== generation) return;
    asking = false;
    if (again) void ask();
  };
  const reload = (): void => {
    if (asking) again = true;
    else void ask();
  };
  createEffect(
    on(key, () => {
      generation++;
      setAnswers({ last: undefined });
      setError(null);
      void ask();
    }),
  );
  createEffect(
    on(
      () => model().connection.state,
      (state) => {
        if (state === "live") reload();
      },
      { defer: true },
    ),
  );
  onCleanup(() => generation++);
  return { data: () => answers.last, error, reload };
}
