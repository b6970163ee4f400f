import type { Device } from "./api.ts";

/** Whether a device has all words somewhere in what is known of it; null: there are no words, and all have. */
export function matcher(filter: string): ((device: Device) => boolean) | null {
  const words = wordsOf(filter);
  if (words.length === 0) return null;
  return ({ path, driver, module, modalias }) => {
    const text = `${path} ${driver ?? ""} ${module ?? ""} ${modalias ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

export function wordsOf(filter: string): string[] {
  return filter.toLowerCase().split(/\s+/).filter(Boolean);
}
