import { createVirtualizer } from "@tanstack/solid-virtual";
import { createEffect, For, type JSX } from "solid-js";

export interface VirtualListProps<T> {
  readonly items: readonly T[];
  /** Pixels of each row. */
  readonly rowHeight: number;
  readonly label: string;
  readonly role?: "tree" | "list" | "rowgroup";
  readonly class?: string;
  /** Is kept in view. */
  readonly active?: number;
  row(item: T, index: number): JSX.Element;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly onScroll?: (element: HTMLElement) => void;
  readonly ref?: (element: HTMLElement) => void;
}

/** A list of any length, of which only what is seen is in the page. */
export function VirtualList<T>(props: VirtualListProps<T>): JSX.Element {
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
  return (
    <div
      ref={(element) => {
        scroller = element;
        props.ref?.(element);
      }}
      class={`virtual ${props.class ?? ""}`}
      role={props.role ?? "list"}
      aria-label={props.label}
      tabindex="0"
      onKeyDown={(event) => props.onKeyDown?.(event)}
      onScroll={(event) => props.onScroll?.(event.currentTarget)}
    >
      <div
        role="presentation"
        ref={(element) => createEffect(() => element.style.setProperty("height", `${virtual.getTotalSize()}px`))}
      >
        <For each={virtual.getVirtualItems()}>
          {(item) => (
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
              {(() => {
                const value = props.items[item.index];
                return value === undefined ? null : props.row(value, item.index);
              })()}
            </div>
          )}
        </For>
      </div>
    </div>
  );
}
