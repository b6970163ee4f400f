import { createEffect, createMemo, createSignal, For, type JSX, onCleanup, onMount, Show } from "solid-js";
import { toError } from "auxbus";
import type { Entry } from "../api.ts";
import { useConsole } from "../context.ts";
import { type Lane, lanesOf } from "../lanes.ts";
import { deviceHref, goTo } from "../router.ts";
import { STATES } from "../state.ts";
import { duration, levelOf, moment, nameOf, textOf } from "../text.ts";
import { drawLanes, LANE_HEIGHT, LABEL_WIDTH, RULER_HEIGHT } from "../lane-canvas.ts";
import { StateMark } from "../ui/state-mark.tsx";

/** The shortest and the longest time that is shown at once, in milliseconds. */
const SPAN = [50, 31 * 24 * 3_600_000] as const;

const QUERY = { kind: "uevent,probe,remove,pm,crash", limit: 1000 } as const;

/** A lane for each device: what state it was in, and when. */
export function TimelineView(): JSX.Element {
  const { client, model } = useConsole();
  const [past, setPast] = createSignal<readonly Entry[]>([]);
  const [more, setMore] = createSignal(true);
  const [loading, setLoading] = createSignal(false);
  const [failure, setFailure] = createSignal<string | null>(null);
  const [filter, setFilter] = createSignal("");
  const [span, setSpan] = createSignal(60_000);
  /** The end of what is shown; null: now, and it goes on. */
  const [end, setEnd] = createSignal<number | null>(null);
  const [now, setNow] = createSignal(Date.now());
  const [top, setTop] = createSignal(0);
  const [chosen, setChosen] = createSignal<string | null>(null);
  const [hint, setHint] = createSignal("");
  const [size, setSize] = createSignal({ width: 600, height: 400 });
  let canvas: HTMLCanvasElement | undefined;
  let frame: HTMLDivElement | undefined;

  const older = async (): Promise<void> => {
    if (loading() || !more()) return;
    setLoading(true);
    try {
      const before = past()[0]?.id ?? model().recent[0]?.id;
      const page = await client.get("/v1/journal", {
        query: { ...QUERY, ...(before === undefined ? {} : { before }) },
      });
      setPast([...page.entries.toReversed(), ...past()]);
      setMore(page.more);
      setFailure(null);
    } catch (error) {
      setFailure(toError(error).message);
      setMore(false);
    } finally {
      setLoading(false);
    }
  };
  onMount(() => {
    void older();
    const timer = setInterval(() => setNow(Date.now()), 250);
    const observer = new ResizeObserver(() => {
      if (frame !== undefined) setSize({ width: frame.clientWidth, height: frame.clientHeight });
    });
    if (frame !== undefined) observer.observe(frame);
    onCleanup(() => {
      clearInterval(timer);
      observer.disconnect();
    });
  });

  const entries = createMemo(() => {
    const last = past().at(-1)?.id ?? 0;
    return [...past(), ...model().recent.filter(({ id }) => id > last)];
  });
  const buses = createMemo(() => new Set(model().buses.map(({ name }) => name)));
  const lanes = createMemo((): readonly Lane[] => {
    const words = filter().toLowerCase().split(/\s+/).filter(Boolean);
    const byName = new Intl.Collator("en", { numeric: true });
    return [...lanesOf(entries(), buses()).values()]
      .filter(({ path }) => words.every((word) => path.toLowerCase().includes(word)))
      .toSorted((a, b) => byName.compare(a.path, b.path));
  });
  const until = (): number => end() ?? now();
  const chosenLane = createMemo(() => lanes().find(({ path }) => path === chosen()));
  const chosenAt = createMemo(() => lanes().findIndex(({ path }) => path === chosen()));

  // Scrolled back beyond what is known: the journal knows more.
  createEffect(() => {
    const first = entries()[0]?.time;
    if (first !== undefined && until() - span() < first && more() && !loading()) void older();
  });
  createEffect(() => {
    if (canvas === undefined) return;
    const { width, height } = size();
    // What is on the canvas depends on the theme, too.
    drawLanes(canvas, {
      lanes: lanes(),
      from: until() - span(),
      to: until(),
      now: now(),
      top: top(),
      chosen: chosen(),
      width,
      height,
    });
  });

  const pan = (part: number): void => {
    const to = until() + span() * part;
    setEnd(to >= Date.now() ? null : to);
  };
  const zoom = (factor: number, around = until()): void => {
    const next = Math.min(SPAN[1], Math.max(SPAN[0], span() * factor));
    const to = around + (until() - around) * (next / span());
    if (end() !== null) setEnd(Math.min(Date.now(), to));
    setSpan(next);
  };
  const choose = (index: number): void => {
    const lane = lanes()[Math.min(lanes().length - 1, Math.max(0, index))];
    if (lane === undefined) return;
    setChosen(lane.path);
    const y = lanes().indexOf(lane) * LANE_HEIGHT;
    const visible = size().height - RULER_HEIGHT;
    if (y < top()) setTop(y);
    else if (y + LANE_HEIGHT > top() + visible) setTop(y + LANE_HEIGHT - visible);
  };
  const scrollLanes = (by: number): void => {
    const most = Math.max(0, lanes().length * LANE_HEIGHT - (size().height - RULER_HEIGHT));
    setTop(Math.min(most, Math.max(0, top() + by)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowLeft") pan(-0.2);
    else if (event.key === "ArrowRight") pan(0.2);
    else if (event.key === "ArrowDown") choose(chosenAt() + 1);
    else if (event.key === "ArrowUp") choose(chosenAt() - 1);
    else if (event.key === "PageDown") scrollLanes(size().height / 2);
    else if (event.key === "PageUp") scrollLanes(-size().height / 2);
    else if (event.key === "+" || event.key === "=") zoom(0.5);
    else if (event.key === "-") zoom(2);
    else if (event.key === "Home") setEnd(null);
    else if (event.key === "Enter" && chosen() !== null) goTo(deviceHref(chosen() ?? ""));
    else return;
    event.preventDefault();
  };
  const timeAt = (x: number): number =>
    until() - span() + ((x - LABEL_WIDTH) / Math.max(1, size().width - LABEL_WIDTH)) * span();
  const laneAt = (y: number): Lane | undefined => lanes()[Math.floor((y - RULER_HEIGHT + top()) / LANE_HEIGHT)];
  const onPointer = (event: PointerEvent): void => {
    const lane = laneAt(event.offsetY);
    const segment = lane?.at(timeAt(event.offsetX));
    if (lane === undefined) setHint("");
    else if (segment === undefined) setHint(nameOf(lane.path));
    else
      setHint(
        `${nameOf(lane.path)}: ${segment.state} from ${moment(segment.from)}${segment.to === null ? "" : ` for ${duration(segment.to - segment.from)}`}`,
      );
  };

  return (
    <div class="fill">
      <h1 class="sr">Timeline</h1>
      <div class="bar">
        <input
          type="search"
          placeholder="Filter devices"
          aria-label="Filter devices"
          onInput={(event) => {
            setFilter(event.currentTarget.value);
            setTop(0);
          }}
        />
        <div class="buttons" role="group" aria-label="Time">
          <button type="button" aria-label="Earlier" onClick={() => pan(-0.5)}>
            ←
          </button>
          <button type="button" aria-label="Later" disabled={end() === null} onClick={() => pan(0.5)}>
            →
          </button>
          <button type="button" aria-label="Longer" onClick={() => zoom(2)}>
            −
          </button>
          <button type="button" aria-label="Shorter" onClick={() => zoom(0.5)}>
            +
          </button>
          <button type="button" aria-pressed={end() === null} onClick={() => setEnd(null)}>
            Now
          </button>
        </div>
        <span class="hint">
          {duration(span())}, until {end() === null ? "now" : moment(until())}
        </span>
        <span class="legend" aria-hidden="true">
          <For each={STATES.filter((state) => state !== "absent")}>{(state) => <StateMark state={state} label />}</For>
        </span>
      </div>
      <Show when={failure()}>
        {(why) => (
          <p class="error" role="alert">
            {why()}
          </p>
        )}
      </Show>
      <div
        class="lanes grow"
        ref={(element) => (frame = element)}
        tabindex="0"
        role="application"
        aria-label="Timeline. Arrow keys move in time and between devices, + and - zoom, Enter opens the device."
        onKeyDown={onKeyDown}
        on:wheel={{
          passive: false,
          handleEvent: (event) => {
            event.preventDefault();
            if (event.ctrlKey || event.metaKey) zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event.offsetX));
            else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
              pan((event.deltaX || event.deltaY) / 1000);
            else scrollLanes(event.deltaY);
          },
        }}
      >
        <canvas
          ref={(element) => (canvas = element)}
          onPointerMove={onPointer}
          onClick={(event) => choose(Math.floor((event.offsetY - RULER_HEIGHT + top()) / LANE_HEIGHT))}
        />
        <Show when={loading()}>
          <span class="loading" role="status">
            reading the journal…
          </span>
        </Show>
      </div>
      <p class="hint under">{hint() || "\u00a0"}</p>
      <Show when={chosenLane()}>
        {(lane) => (
          <section class="chosen" aria-label={`What has happened to ${nameOf(lane().path)}`}>
            <h2>
              <a class="mono" href={deviceHref(lane().path)}>
                {nameOf(lane().path)}
              </a>
            </h2>
            <ol class="plain events" tabindex="0" aria-label="Entries">
              <For each={lane().entries.toReversed().slice(0, 50)}>
                {(entry) => (
                  <li class={levelOf(entry)}>
                    <time>{moment(entry.time)}</time> <span class="kind">{entry.kind}</span>{" "}
                    <span>{textOf(entry)}</span>
                  </li>
                )}
              </For>
            </ol>
          </section>
        )}
      </Show>
    </div>
  );
}
