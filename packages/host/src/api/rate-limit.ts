/** How many requests each caller may make: so many a second on average, twice as many at once. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  /** @param now milliseconds */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Counts a request. @returns 0, or for how many milliseconds it has to wait */
  take(caller: string): number {
    const now = this.#now();
    const most = 2 * this.#perSecond;
    const bucket = this.#buckets.get(caller) ?? { left: most, at: now };
    this.#buckets.set(caller, bucket);
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) / this.#perSecond) * 1000);
    bucket.left -= 1;
    return 0;
  }
}
