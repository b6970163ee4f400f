import {
  type Accessor,
  createEffect,
  createMemo,
  createSignal,
  For,
  type JSX,
  on,
  onCleanup,
  onMount,
  Show,
} from "solid-js";

export interface VirtualListProps<T extends object> {
  readonly items: readonly T[];
  /** Pixels of each row. */
  readonly rowHeight: number;
  readonly label: string;
  readonly role?: "tree" | "list";
  readonly class?: string;
  /** Is kept in view. */
  readonly active?: number;
  /** The id of the element of the active row. */
  readonly activeId?: string | undefined;
  /** A row stays in the page while what it shows changes, so that a click on it is not lost. */
  row(item: Accessor<T>): JSX.Element;
  /** How many items were put at the start: what is looked at stays where it is. */
  readonly prepended?: (before: readonly T[], now: readonly T[]) => number;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  /** The end is about to be seen. */
  readonly onEnd?: () => void;
}

/** Rows above and below what is seen. */
const MORE = 12;

/** A list of any length, of which only what is seen is in the page. */
export function VirtualList<T extends object>(props: VirtualListProps<T>): JSX.Element {
  const [top, setTop] = createSignal(0);
  const [height, setHeight] = createSignal(800);
  let scroller: HTMLDivElement | undefined;
  let all: HTMLDivElement | undefined;

  const first = createMemo(() => Math.max(0, Math.floor(top() / props.rowHeight) - MORE));
  const last = createMemo(() => Math.min(props.items.length, Math.ceil((top() + height()) / props.rowHeight) + MORE));
  const places = createMemo(() => Array.from({ length: Math.max(0, last() - first()) }, (_, i) => first() + i));

  const scrollTo = (y: number): void => {
    if (scroller === undefined) return;
    scroller.scrollTop = y;
    setTop(scroller.scrollTop);
  };
  const resize = (): void => all?.style.setProperty("height", `${props.items.length * props.rowHeight}px`);
  onMount(() => {
    if (scroller === undefined) return;
    setHeight(scroller.clientHeight);
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setHeight(entry.contentRect.height);
    });
    observer.observe(scroller);
    onCleanup(() => observer.disconnect());
  });
  createEffect(
    on(
      () => props.items,
      (now, before) => {
        resize();
        const count = before === undefined || top() < props.rowHeight ? 0 : (props.prepended?.(before, now) ?? 0);
        if (count > 0) scrollTo(top() + count * props.rowHeight);
      },
    ),
  );
  // Only when it moves: whoever scrolls away from it is let go.
  createEffect(
    on(
      () => props.active ?? -1,
      (active) => {
        if (active < 0) return;
        const y = active * props.rowHeight;
        const visible = height() - props.rowHeight;
        if (y < top()) scrollTo(y);
        else if (y > top() + visible) scrollTo(y - visible);
      },
    ),
  );
  createEffect(() => {
    if (last() >= props.items.length - MORE) props.onEnd?.();
  });
  return (
    <div
      ref={(element) => (scroller = element)}
      class={`virtual ${props.class ?? ""}`}
      role={props.role ?? "list"}
      aria-label={props.label}
      aria-activedescendant={props.activeId}
      tabindex="0"
      onKeyDown={(event) => props.onKeyDown?.(event)}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div role="presentation" ref={(element) => (all = element)}>
        <For each={places()}>
          {(place) => {
            const value = createMemo(() => props.items[place]);
            return (
              <div
                role="presentation"
                class="virtual-row"
                ref={(element) =>
                  createEffect(() => {
                    element.style.setProperty("transform", `translateY(${place * props.rowHeight}px)`);
                    element.style.setProperty("height", `${props.rowHeight}px`);
                  })
                }
              >
                <Show when={value()}>{(shown) => props.row(shown)}</Show>
              </div>
            );
          }}
        </For>
      </div>
    </div>
  );
}
