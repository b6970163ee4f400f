import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup, untrack } from "solid-js";
import { useConsole } from "./context.ts";
import { JournalWindow, type WindowOptions } from "./journal-window.ts";

/**
 * The part of the journal that a view shows, which goes on as things happen. It is begun anew when what is asked for
 * changes.
 */
export function useJournal(options: Accessor<Omit<WindowOptions, "changed">>): Accessor<JournalWindow> {
  const { model } = useConsole();
  const [changes, setChanges] = createSignal(0);
  const changed = (): void => void setChanges((count) => count + 1);
  const journal = createMemo(() => {
    const found = new JournalWindow(untrack(model), { ...options(), changed });
    onCleanup(() => found.close());
    void found.older();
    return found;
  });
  // A page that could not be read is read again as soon as there is a connection.
  createEffect(
    on(
      () => model().connection.state,
      (state) => {
        if (state === "live" && journal().error !== null) void journal().older();
      },
      { defer: true },
    ),
  );
  createEffect(() => {
    model();
    if (untrack(journal).follow()) untrack(changed);
  });
  return createMemo(() => (changes(), journal()), undefined, { equals: false });
}
