import { createEffect, createSignal, type JSX, onCleanup, onMount } from "solid-js";
import { LANE_HEIGHT, LaneCanvas, type LaneView, labelWidth, RULER_HEIGHT } from "../lane-canvas.ts";
import type { Lane } from "../lanes.ts";
import type { TimeFrame } from "../time-frame.ts";

export interface LaneFrameProps {
  readonly lanes: readonly Lane[];
  readonly sleeps: LaneView["sleeps"];
  readonly frame: TimeFrame;
  readonly now: number;
  readonly knownFrom: number;
  readonly chosen: string | null;
  onChoose(lane: Lane): void;
  onOpen(path: string): void;
  /** What is pointed at. */
  onPoint(lane: Lane | undefined, time: number): void;
}

/** Pixels that a pointer moves before it drags. */
const DRAG = 4;

/** The lanes, to look at and to move in by wheel, finger and keyboard. */
export function LaneFrame(props: LaneFrameProps): JSX.Element {
  const [top, setTop] = createSignal(0);
  const [size, setSize] = createSignal({ width: 600, height: 400 });
  let scroller: HTMLDivElement | undefined;
  let canvas: HTMLCanvasElement | undefined;
  let dragged: { readonly x: number; moved: boolean; last: number } | null = null;

  onMount(() => {
    if (scroller === undefined || canvas === undefined) return;
    const drawn = new LaneCanvas(canvas);
    const { clientWidth, clientHeight } = scroller;
    setSize({ width: clientWidth, height: clientHeight });
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(scroller);
    let requested = 0;
    createEffect(() => {
      const { lanes, sleeps, frame, now, knownFrom, chosen } = props;
      const [from, to] = [frame.from(), frame.to()];
      const view: LaneView = { lanes, sleeps, from, to, now, knownFrom, chosen, top: top(), ...size() };
      cancelAnimationFrame(requested);
      requested = requestAnimationFrame(() => drawn.draw(view));
    });
    onCleanup(() => {
      observer.disconnect();
      cancelAnimationFrame(requested);
    });
  });

  const timeAt = (x: number): number => {
    const left = labelWidth(size().width);
    return props.frame.from() + ((x - left) / Math.max(1, size().width - left)) * props.frame.span();
  };
  const laneAt = (y: number): Lane | undefined =>
    y < RULER_HEIGHT ? undefined : props.lanes[Math.floor((y - RULER_HEIGHT + top()) / LANE_HEIGHT)];
  const choose = (index: number): void => {
    const at = Math.min(props.lanes.length - 1, Math.max(0, index));
    const lane = props.lanes[at];
    if (lane === undefined || scroller === undefined) return;
    props.onChoose(lane);
    const [y, visible] = [at * LANE_HEIGHT, size().height - RULER_HEIGHT - LANE_HEIGHT];
    if (y < top() || y > top() + visible) scroller.scrollTop = y < top() ? y : y - visible;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { pan, zoom, toNow } = props.frame;
    const at = props.lanes.findIndex(({ path }) => path === props.chosen);
    if (event.key === "ArrowLeft") pan(-0.2);
    else if (event.key === "ArrowRight") pan(0.2);
    else if (event.key === "ArrowDown") choose(at + 1);
    else if (event.key === "ArrowUp") choose(at - 1);
    else if (event.key === "+" || event.key === "=") zoom(0.5);
    else if (event.key === "-") zoom(2);
    else if (event.key === "Home") toNow();
    else if (event.key === "Enter" && props.chosen !== null) props.onOpen(props.chosen);
    else return;
    event.preventDefault();
  };
  const onWheel = (event: WheelEvent): void => {
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.ctrlKey || event.metaKey) props.frame.zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event.offsetX));
    else if (sideways) props.frame.pan((event.deltaX || event.deltaY) / size().width);
    // Up and down, it scrolls as everything does.
    else return;
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent): void => {
    props.onPoint(laneAt(event.offsetY), timeAt(event.offsetX));
    if (dragged === null || canvas === undefined) return;
    if (!dragged.moved && Math.abs(event.clientX - dragged.x) < DRAG) return;
    if (!dragged.moved) canvas.setPointerCapture(event.pointerId);
    props.frame.pan((dragged.last - event.clientX) / Math.max(1, size().width - labelWidth(size().width)));
    dragged = { ...dragged, moved: true, last: event.clientX };
  };
  const onPointerUp = (event: PointerEvent): void => {
    const lane = dragged?.moved === false ? laneAt(event.offsetY) : undefined;
    dragged = null;
    if (lane !== undefined) props.onChoose(lane);
  };

  return (
    <div
      class="lanes grow"
      ref={(element) => (scroller = element)}
      tabindex="0"
      role="application"
      aria-roledescription="timeline"
      aria-label="Lanes. Left and right move in time, up and down between devices, plus and minus zoom, Home is now, Enter opens the device."
      onKeyDown={onKeyDown}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      on:wheel={{ passive: false, handleEvent: onWheel }}
    >
      <div
        class="lanes-all"
        ref={(element) =>
          createEffect(() =>
            element.style.setProperty("height", `${RULER_HEIGHT + props.lanes.length * LANE_HEIGHT}px`),
          )
        }
      >
        <canvas
          aria-hidden="true"
          ref={(element) => (canvas = element)}
          onPointerDown={(event) => {
            if (event.button === 0) dragged = { x: event.clientX, last: event.clientX, moved: false };
          }}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={() => (dragged = null)}
          onPointerLeave={() => props.onPoint(undefined, 0)}
        />
      </div>
    </div>
  );
}
