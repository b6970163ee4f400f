import { createMemo, type JSX } from "solid-js";
import { duration } from "../text.ts";

/** A few figures over time, as bars. @param values milliseconds, oldest first */
export function Sparkline(props: { readonly values: readonly number[]; readonly label: string }): JSX.Element {
  const most = createMemo(() => Math.max(0.001, ...props.values));
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${Math.max(1, props.values.length) * 6} 30`}
      role="img"
      aria-label={`${props.label}; at most ${duration(most())}`}
    >
      {props.values.map((value, i) => {
        const height = Math.max(1, (value / most()) * 28);
        return <rect x={i * 6} y={30 - height} width="4" height={height} />;
      })}
    </svg>
  );
}
