import type { Lane, Segment } from "./lanes.ts";
import { LETTERS, type State, STATES } from "./state.ts";
import { nameOf } from "./text.ts";

export const LANE_HEIGHT = 24;
export const RULER_HEIGHT = 24;

/** What is drawn beside the lanes. */
export function labelWidth(width: number): number {
  return Math.round(Math.min(200, width * 0.36));
}

export interface LaneView {
  readonly lanes: readonly Lane[];
  readonly sleeps: readonly Segment[];
  /** What is shown, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly now: number;
  /** What was before is not known yet. */
  readonly knownFrom: number;
  /** Pixels that the lanes are scrolled by. */
  readonly top: number;
  /** The path of the chosen lane. */
  readonly chosen: string | null;
  readonly width: number;
  readonly height: number;
}

const STEPS = [
  1, 5, 10, 50, 100, 500, 1000, 5000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000,
];

const SWATCHES = ["text", "dim", "line", "chosen", "on-state", "sleep", "plain"] as const;

type Swatch = (typeof SWATCHES)[number] | State;

/** Draws the lanes that are seen, and nothing else. */
export class LaneCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #swatches: ReadonlyMap<Swatch, Element>;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    // A canvas knows no custom properties and no `light-dark()`; elements that nobody sees do.
    this.#swatches = new Map(
      [...SWATCHES, ...STATES].map((name) => {
        const element = document.createElement("span");
        element.hidden = true;
        element.style.setProperty("color", `var(--${name})`);
        canvas.after(element);
        return [name, element];
      }),
    );
  }

  draw(view: LaneView): void {
    const context = this.#context;
    if (context === null) return;
    this.#resize(view);
    const { width, height, lanes, top } = view;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.textBaseline = "middle";
    const drawing = new Drawing(context, view, (name) => this.#color(name));
    drawing.ruler();
    context.save();
    context.beginPath();
    context.rect(0, RULER_HEIGHT, width, height - RULER_HEIGHT);
    context.clip();
    drawing.sleeps();
    const last = Math.min(lanes.length, Math.ceil((top + height - RULER_HEIGHT) / LANE_HEIGHT));
    for (let i = Math.floor(top / LANE_HEIGHT); i < last; i++) {
      const lane = lanes[i];
      if (lane !== undefined) drawing.lane(lane, RULER_HEIGHT + i * LANE_HEIGHT - top);
    }
    context.restore();
  }

  #resize({ width, height }: LaneView): void {
    const canvas = this.#canvas;
    const [wide, high] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
    if (canvas.width === wide && canvas.height === high) return;
    canvas.width = wide;
    canvas.height = high;
    canvas.style.setProperty("width", `${width}px`);
    canvas.style.setProperty("height", `${height}px`);
  }

  #color(name: Swatch): string {
    const element = this.#swatches.get(name);
    return element === undefined ? "" : getComputedStyle(element).color;
  }
}

class Drawing {
  readonly #context: CanvasRenderingContext2D;
  readonly #view: LaneView;
  readonly #left: number;
  readonly #colors: Readonly<Record<Swatch, string>>;

  constructor(context: CanvasRenderingContext2D, view: LaneView, color: (name: Swatch) => string) {
    this.#context = context;
    this.#view = view;
    this.#left = labelWidth(view.width);
    this.#colors = {
      text: color("text"),
      dim: color("dim"),
      line: color("line"),
      chosen: color("chosen"),
      sleep: color("sleep"),
      plain: color("plain"),
      "on-state": color("on-state"),
      absent: color("absent"),
      unbound: color("unbound"),
      deferred: color("deferred"),
      probing: color("probing"),
      bound: color("bound"),
      suspended: color("suspended"),
      crashed: color("crashed"),
    };
  }

  #x(time: number): number {
    const { from, to, width } = this.#view;
    return this.#left + ((time - from) / (to - from)) * (width - this.#left);
  }

  ruler(): void {
    const { from, to, width, height } = this.#view;
    const wanted = ((to - from) / (width - this.#left)) * 100;
    const step = STEPS.find((each) => each >= wanted) ?? 604_800_000;
    const format = new Intl.DateTimeFormat("en-GB", {
      ...(step >= 86_400_000 ? {} : { hour: "2-digit", minute: "2-digit" }),
      ...(step < 60_000 ? { second: "2-digit" } : {}),
      ...(step < 1000 ? { fractionalSecondDigits: step < 10 ? 3 : 2 } : {}),
      ...(step >= 21_600_000 ? { day: "2-digit", month: "short" } : {}),
    });
    const context = this.#context;
    context.font = "11px system-ui, sans-serif";
    for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
      const x = Math.round(this.#x(time));
      context.fillStyle = this.#colors.line;
      context.fillRect(x, RULER_HEIGHT - 6, 1, height);
      context.fillStyle = this.#colors.dim;
      const text = format.format(time);
      // One that would be cut off says nothing.
      if (x + 4 + context.measureText(text).width < width) context.fillText(text, x + 4, RULER_HEIGHT / 2);
    }
    context.fillStyle = this.#colors.line;
    context.fillRect(0, RULER_HEIGHT - 1, width, 1);
  }

  /** When the whole system slept, behind all lanes. */
  sleeps(): void {
    const { sleeps, from, to, now, height } = this.#view;
    for (const sleep of sleeps) {
      const until = Math.min(sleep.to ?? now, to);
      if (until < from || sleep.from > to) continue;
      const left = Math.max(this.#left, this.#x(sleep.from));
      this.#context.fillStyle = this.#colors.sleep;
      this.#context.fillRect(left, RULER_HEIGHT, Math.max(1, this.#x(until) - left), height);
    }
  }

  lane(lane: Lane, y: number): void {
    const context = this.#context;
    const { chosen, knownFrom, now, width } = this.#view;
    if (lane.path === chosen) {
      context.fillStyle = this.#colors.chosen;
      context.fillRect(0, y, width, LANE_HEIGHT);
    }
    if (lane.initial !== null) {
      const to = lane.segments[0]?.from ?? null;
      if ((to ?? now) > knownFrom) this.#segment({ state: lane.initial, from: knownFrom, to }, lane, y);
    }
    for (const segment of lane.segments) this.#segment(segment, lane, y);
    context.fillStyle = this.#colors.text;
    context.font = "12px ui-monospace, monospace";
    context.fillText(this.#fitted(nameOf(lane.path), this.#left - 14), 10, y + LANE_HEIGHT / 2 + 0.5);
  }

  #segment({ state, from, to }: Segment, lane: Lane, y: number): void {
    const view = this.#view;
    const until = Math.min(to ?? view.now, view.to);
    if (state === "absent" || until < view.from || from > view.to) return;
    const context = this.#context;
    const left = Math.max(this.#left, this.#x(from));
    // What is very short is seen all the same.
    const wide = Math.max(2, this.#x(until) - left);
    const isPlain = state === "unbound" && !lane.hasDrivers;
    context.fillStyle = this.#colors[isPlain ? "plain" : state];
    if (isPlain) context.fillRect(left, y + LANE_HEIGHT / 2 - 1, wide, 3);
    else context.fillRect(left, y + 4, wide, LANE_HEIGHT - 8);
    if (wide < 16 || isPlain) return;
    context.fillStyle = this.#colors["on-state"];
    context.font = "bold 11px system-ui, sans-serif";
    context.fillText(LETTERS[state], left + 5, y + LANE_HEIGHT / 2 + 0.5);
  }

  /** The text with its middle left out, when it is too long: what differs is often at the end. */
  #fitted(text: string, width: number): string {
    const letter = this.#context.measureText("m").width;
    const most = Math.max(4, Math.floor(width / letter));
    if (text.length <= most) return text;
    const end = Math.floor((most - 1) / 2);
    return `${text.slice(0, most - 1 - end)}…${text.slice(-end)}`;
  }
}
