/** How long something takes or took, for people. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** The date and time of day here, with milliseconds. */
export function dateAndTime(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${timeOfDay(ms)}`;
}

/** The time of day here, with milliseconds. */
export function timeOfDay(ms: number): string {
  const date = new Date(ms);
  const fraction = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${fraction}`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** A moment as people say it: `10m` ago, or a date. @returns milliseconds since 1970; undefined: it is none */
export function parseMoment(word: string, now: number): number | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d)$/.exec(word) ?? [];
  if (count !== undefined && unit !== undefined) return now - Number(count) * (UNITS[unit] ?? 0) * 1000;
  const time = /^\d{4}-\d\d/.test(word) ? Date.parse(word) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
