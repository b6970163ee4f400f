import type { Lane } from "./lanes.ts";
import { LETTERS, type State, STATES } from "./state.ts";
import { nameOf } from "./text.ts";

export const LANE_HEIGHT = 24;
export const LABEL_WIDTH = 190;
export const RULER_HEIGHT = 24;

export interface LaneView {
  readonly lanes: readonly Lane[];
  /** What is shown, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly now: number;
  /** Pixels that the lanes are scrolled by. */
  readonly top: number;
  /** The path of the chosen lane. */
  readonly chosen: string | null;
  readonly width: number;
  readonly height: number;
}

const STEPS = [
  10, 50, 100, 500, 1000, 5000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000,
];

interface Colors {
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly chosen: string;
  readonly states: Readonly<Record<State, string>>;
  readonly onState: string;
}

function colorsOf(element: Element): Colors {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const states = Object.fromEntries(STATES.map((state) => [state, resolved(element, `--${state}`)]));
  return {
    text: style.color,
    dim: resolved(element, "--dim"),
    line: resolved(element, "--line"),
    chosen: resolved(element, "--chosen"),
    onState: color("--on-state") === "" ? "#fff" : resolved(element, "--on-state"),
    states: { absent: "", unbound: "", deferred: "", probing: "", bound: "", suspended: "", crashed: "", ...states },
  };
}

/** A colour as the theme has it: a canvas does not know `light-dark()`. */
function resolved(element: Element, name: string): string {
  const probe = document.createElement("span");
  probe.style.setProperty("color", `var(${name})`);
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Draws the lanes that are seen, and nothing else. */
export function drawLanes(canvas: HTMLCanvasElement, view: LaneView): void {
  const { width, height, from, to, lanes, top } = view;
  const scale = devicePixelRatio;
  const context = canvas.getContext("2d");
  if (context === null || canvas.parentElement === null) return;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.setProperty("width", `${width}px`);
  canvas.style.setProperty("height", `${height}px`);
  context.scale(scale, scale);
  context.clearRect(0, 0, width, height);
  const colors = colorsOf(canvas.parentElement);
  const x = (time: number): number => LABEL_WIDTH + ((time - from) / (to - from)) * (width - LABEL_WIDTH);
  drawRuler(context, view, colors, x);
  context.save();
  context.beginPath();
  context.rect(0, RULER_HEIGHT, width, height - RULER_HEIGHT);
  context.clip();
  context.textBaseline = "middle";
  const first = Math.floor(top / LANE_HEIGHT);
  const last = Math.min(lanes.length, Math.ceil((top + height - RULER_HEIGHT) / LANE_HEIGHT));
  for (let i = first; i < last; i++) {
    const lane = lanes[i];
    if (lane !== undefined) drawLane(context, lane, RULER_HEIGHT + i * LANE_HEIGHT - top, view, colors, x);
  }
  context.restore();
}

function drawRuler(
  context: CanvasRenderingContext2D,
  { from, to, width, height }: LaneView,
  colors: Colors,
  x: (time: number) => number,
): void {
  const wanted = ((to - from) / (width - LABEL_WIDTH)) * 110;
  const step = STEPS.find((each) => each >= wanted) ?? 604_800_000;
  const format = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...(step < 60_000 ? { second: "2-digit" } : {}),
    ...(step < 1000 ? { fractionalSecondDigits: 2 } : {}),
    ...(step >= 21_600_000 ? { day: "2-digit", month: "short" } : {}),
  });
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    context.fillStyle = colors.line;
    context.fillRect(x(time), RULER_HEIGHT - 6, 1, height);
    context.fillStyle = colors.dim;
    context.fillText(format.format(time), x(time) + 4, RULER_HEIGHT / 2);
  }
}

function drawLane(
  context: CanvasRenderingContext2D,
  lane: Lane,
  y: number,
  { from, to, now, chosen, width }: LaneView,
  colors: Colors,
  x: (time: number) => number,
): void {
  if (lane.path === chosen) {
    context.fillStyle = colors.chosen;
    context.fillRect(0, y, width, LANE_HEIGHT);
  }
  for (const segment of lane.segments) {
    const until = Math.min(segment.to ?? now, to);
    if (segment.state === "absent" || until < from || segment.from > to) continue;
    const left = Math.max(LABEL_WIDTH, x(segment.from));
    // What is very short is seen all the same.
    const wide = Math.max(2, x(until) - left);
    context.fillStyle = colors.states[segment.state];
    context.fillRect(left, y + 4, wide, LANE_HEIGHT - 8);
    if (wide < 16) continue;
    context.fillStyle = colors.onState;
    context.font = "bold 11px system-ui, sans-serif";
    context.fillText(LETTERS[segment.state], left + 5, y + LANE_HEIGHT / 2 + 0.5);
  }
  context.fillStyle = colors.text;
  context.font = "12px ui-monospace, monospace";
  context.fillText(fitted(context, nameOf(lane.path), LABEL_WIDTH - 16), 8, y + LANE_HEIGHT / 2);
}

function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let short = text;
  while (short.length > 1 && context.measureText(`${short}…`).width > width) short = short.slice(0, -1);
  return `${short}…`;
}
