import { type Accessor, createSignal, onCleanup } from "solid-js";

/** As the style sheet has it. */
const NARROW = "(max-width: 640px)";

/** Whether the page is as narrow as on a phone. */
export function useNarrow(): Accessor<boolean> {
  const query = matchMedia(NARROW);
  const [narrow, setNarrow] = createSignal(query.matches);
  const changed = (): void => void setNarrow(query.matches);
  query.addEventListener("change", changed);
  onCleanup(() => query.removeEventListener("change", changed));
  return narrow;
}
