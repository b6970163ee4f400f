const INIT = 1;
const DEINIT = 2;
const POINT_ADD = 6;
const POINT_INFO = 7;
const POINT_REMOVE = 8;

/** Error numbers of the firmware's replies. */
const EINVAL = 22;
const ENODEV = 19;

interface ProbePoint {
  readonly id: number;
  readonly purpose: number;
  readonly tag: number;
}

export interface FirmwareReply {
  readonly error: number;
  readonly words?: readonly number[];
}

/** The part of the simulated firmware that taps audio buffers: probe points, and the stream they are sent to. */
export class FirmwareProbes {
  readonly #points = new Map<number, ProbePoint>();
  #initialised = false;

  get points(): readonly ProbePoint[] {
    return [...this.#points.values()];
  }

  reset(): void {
    this.#points.clear();
    this.#initialised = false;
  }

  /** @param call the message's number within the probe class. @param words what follows the header */
  handle(call: number, words: readonly number[]): FirmwareReply {
    if (call === INIT) {
      if (this.#initialised) return { error: -EINVAL };
      this.#initialised = true;
      return { error: 0 };
    }
    if (!this.#initialised) return { error: -ENODEV };
    switch (call) {
      case DEINIT:
        if (this.#points.size > 0) return { error: -EINVAL };
        this.#initialised = false;
        return { error: 0 };
      case POINT_ADD:
        for (const point of triples(words.slice(1))) this.#points.set(point.id, point);
        return { error: 0 };
      case POINT_REMOVE:
        for (const id of words.slice(1)) if (!this.#points.delete(id)) return { error: -EINVAL };
        return { error: 0 };
      case POINT_INFO:
        return {
          error: 0,
          words: [this.#points.size, ...this.points.flatMap(({ id, purpose, tag }) => [id, purpose, tag])],
        };
      default:
        return { error: -EINVAL };
    }
  }
}

function triples(words: readonly number[]): ProbePoint[] {
  const points: ProbePoint[] = [];
  for (let i = 0; i + 2 < words.length; i += 3) {
    points.push({ id: words[i] ?? 0, purpose: words[i + 1] ?? 0, tag: words[i + 2] ?? 0 });
  }
  return points;
}
