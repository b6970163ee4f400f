/** What entries of the journal can be about. */
export const JOURNAL_KINDS = [
  "uevent",
  "probe",
  "remove",
  "pm",
  "crash",
  "operation",
  "module",
  "log",
  "host",
  "gap",
] as const;
