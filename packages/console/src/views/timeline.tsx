import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, onMount, Show } from "solid-js";
import { useConsole } from "../context.ts";
import { LANE_KINDS, LaneSet } from "../lane-set.ts";
import type { Lane } from "../lanes.ts";
import { wordsOf } from "../matcher.ts";
import { deviceHref, goTo } from "../router.ts";
import { STATES } from "../state.ts";
import { counted, duration, moment, nameOf } from "../text.ts";
import { createTimeFrame } from "../time-frame.ts";
import { LaneEntries } from "../ui/lane-entries.tsx";
import { LaneFrame } from "../ui/lane-frame.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Trouble } from "../ui/trouble.tsx";
import { useJournal } from "../use-journal.ts";

const KINDS: ReadonlySet<string> = new Set(LANE_KINDS);

/** Milliseconds between two pictures when nothing happens. */
const TICK = 250;

/** How many entries are to be seen at first. */
const AT_FIRST = 300;

/** A lane for each device: what state it was in, and when. @param props.chosen the path of a device, or "" */
export function TimelineView(props: { readonly chosen: string }): JSX.Element {
  const { client, model, devices } = useConsole();
  const [filter, setFilter] = createSignal("");
  const [changing, setChanging] = createSignal(false);
  const [chosen, setChosen] = createSignal<string | null>(null);
  const [hint, setHint] = createSignal("");
  const [now, setNow] = createSignal(model().now());
  const frame = createTimeFrame(now);
  const lanes = new LaneSet();
  const journal = useJournal(() => ({
    read: (before) =>
      client.get("/v1/journal", {
        query: { kind: LANE_KINDS.join(","), limit: 1000, ...(before === undefined ? {} : { before }) },
      }),
    fits: ({ kind }) => KINDS.has(kind),
  }));
  onMount(() => {
    const timer = setInterval(() => setNow(model().now()), TICK);
    onCleanup(() => clearInterval(timer));
  });
  createEffect(() => {
    if (props.chosen !== "") setChosen(props.chosen);
  });

  const followed = createMemo(() => (lanes.follow((devices(), journal()), model()), lanes), lanes, { equals: false });
  const shown = createMemo((): readonly Lane[] => {
    const words = wordsOf(filter());
    const [from, to] = changing() ? [frame.from(), frame.to()] : [0, 0];
    return followed().list(({ path, segments }) => {
      const text = path.toLowerCase();
      if (!words.every((word) => text.includes(word))) return false;
      return !changing() || segments.some((segment) => segment.from >= from && segment.from <= to);
    });
  });
  const chosenLane = createMemo(() => followed().of(chosen() ?? ""), undefined, { equals: false });
  const knownFrom = (): number => journal().entries[0]?.time ?? now();

  // At first there is something to see, whenever it was.
  let isFirst = true;
  createEffect(() => {
    const { entries } = journal();
    const start = entries[Math.max(0, entries.length - AT_FIRST)];
    if (!isFirst || start === undefined) return;
    isFirst = false;
    frame.show(Math.max(10_000, (now() - start.time) * 1.05));
  });
  // Scrolled back beyond what has been read: the journal knows more.
  createEffect(
    on([frame.from, journal], ([from, window]) => {
      if (from < knownFrom() && window.more && !window.loading && window.error === null) void window.older();
    }),
  );

  const point = (lane: Lane | undefined, time: number): void => {
    const segment = lane?.at(time);
    if (lane === undefined) setHint("");
    else if (segment === undefined) setHint(nameOf(lane.path));
    else {
      const since = segment.from === -Infinity ? "" : ` from ${moment(segment.from)}`;
      const lasted = segment.to === null || since === "" ? "" : ` for ${duration(segment.to - segment.from)}`;
      setHint(`${nameOf(lane.path)}: ${segment.state}${since}${lasted}`);
    }
  };
  const choose = (lane: Lane): void => {
    setChosen(lane.path);
    point(lane, frame.follows() ? Infinity : frame.to());
  };

  return (
    <div class="fill">
      <h1 class="sr">Timeline</h1>
      <div class="bar">
        <input
          type="search"
          placeholder="Filter devices"
          aria-label="Filter devices"
          value={filter()}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <div class="buttons" role="group" aria-label="Time">
          <button type="button" aria-label="Earlier" onClick={() => frame.pan(-0.5)}>
            ←
          </button>
          <button type="button" aria-label="Later" disabled={frame.follows()} onClick={() => frame.pan(0.5)}>
            →
          </button>
          <button type="button" aria-label="Longer" onClick={() => frame.zoom(2)}>
            −
          </button>
          <button type="button" aria-label="Shorter" onClick={() => frame.zoom(0.5)}>
            +
          </button>
          <button type="button" aria-pressed={frame.follows()} onClick={frame.toNow}>
            Now
          </button>
          <button type="button" aria-pressed={changing()} onClick={() => setChanging(!changing())}>
            Changing
          </button>
        </div>
        <span class="hint">
          {duration(frame.span())} until {frame.follows() ? "now" : moment(frame.to())}
          {journal().loading ? "; reading the journal…" : ""}
          {frame.from() < knownFrom() && journal().isFull ? "; what is older is in the log" : ""}
          {frame.from() < knownFrom() && !journal().more && !journal().isFull ? "; the journal begins here" : ""}
        </span>
        <span class="legend" aria-hidden="true">
          <For each={STATES.filter((state) => state !== "absent")}>{(state) => <StateMark state={state} label />}</For>
        </span>
      </div>
      <Trouble error={journal().error} onRetry={() => void journal().older()} />
      <LaneFrame
        lanes={shown()}
        sleeps={followed().sleeps}
        frame={frame}
        now={now()}
        knownFrom={knownFrom()}
        chosen={chosen()}
        onChoose={choose}
        onOpen={(path) => goTo(deviceHref(path))}
        onPoint={point}
      />
      <p class="hint under" role="status">
        {hint() === "" ? counted(shown().length, "device") : hint()}
      </p>
      <Show when={chosenLane()}>{(lane) => <LaneEntries lane={lane()} onClose={() => setChosen(null)} />}</Show>
    </div>
  );
}
