import { createVirtualizer } from "@tanstack/solid-virtual";
import { type Accessor, createEffect, createMemo, For, type JSX, on, Show } from "solid-js";

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

/** A list of any length, of which only what is seen is in the page. */
export function VirtualList<T extends object>(props: VirtualListProps<T>): JSX.Element {
  let scroller: HTMLDivElement | undefined;
  const virtual = createVirtualizer({
    get count() {
      return props.items.length;
    },
    getScrollElement: () => scroller ?? null,
    estimateSize: () => props.rowHeight,
    overscan: 12,
  });
  createEffect(() => {
    const { active } = props;
    if (active !== undefined && active >= 0) virtual.scrollToIndex(active, { align: "auto" });
  });
  createEffect(
    on(
      () => props.items,
      (now, before) => {
        if (scroller === undefined || before === undefined || scroller.scrollTop < props.rowHeight) return;
        const count = props.prepended?.(before, now) ?? 0;
        if (count > 0) scroller.scrollTop += count * props.rowHeight;
      },
    ),
  );
  createEffect(() => {
    const last = virtual.getVirtualItems().at(-1)?.index ?? -1;
    if (last >= props.items.length - 20) props.onEnd?.();
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
    >
      <div
        role="presentation"
        ref={(element) => createEffect(() => element.style.setProperty("height", `${virtual.getTotalSize()}px`))}
      >
        <For each={virtual.getVirtualItems()}>
          {(item) => {
            const value = createMemo(() => props.items[item.index]);
            return (
              <div
                role="presentation"
                class="virtual-row"
                ref={(element) =>
                  createEffect(() => {
                    element.style.setProperty("transform", `translateY(${item.start}px)`);
                    element.style.setProperty("height", `${item.size}px`);
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
