import { type Accessor, createSignal } from "solid-js";

/** The shortest and the longest time that is shown at once, in milliseconds. */
const SPAN = [20, 31 * 24 * 3_600_000] as const;

export interface TimeFrame {
  readonly span: Accessor<number>;
  readonly from: Accessor<number>;
  readonly to: Accessor<number>;
  /** Whether it goes on with the time. */
  readonly follows: Accessor<boolean>;
  /** @param part of what is shown; negative: back */
  pan(this: void, part: number): void;
  /** @param around the time that stays where it is */
  zoom(this: void, factor: number, around?: number): void;
  show(this: void, span: number): void;
  toNow(this: void): void;
}

/** What time is looked at. */
export function createTimeFrame(now: Accessor<number>): TimeFrame {
  const [span, setSpan] = createSignal(60_000);
  const [end, setEnd] = createSignal<number | null>(null);
  const to = (): number => end() ?? now();
  const within = (ms: number): number => Math.min(SPAN[1], Math.max(SPAN[0], ms));
  return {
    span,
    from: () => to() - span(),
    to,
    follows: () => end() === null,
    pan(part) {
      const next = to() + span() * part;
      setEnd(next >= now() ? null : next);
    },
    zoom(factor, around = to()) {
      const next = within(span() * factor);
      const until = around + (to() - around) * (next / span());
      if (end() !== null || around !== to()) setEnd(until >= now() ? null : until);
      setSpan(next);
    },
    show(ms) {
      setSpan(within(ms));
      setEnd(null);
    },
    toNow: () => void setEnd(null),
  };
}
