/** Of all JSON that is printed. Counts up when a reader has to know of a change; new members do not count. */
export const SCHEMA = 1;
