/** The kinds of messages of a session, first in each message; then the session, then what is said here. */
export const Kind = {
  /** call, reference, method (null: the function itself), arguments, marked, the call that it is made in */
  call: 0,
  /** call, reference, property, the call that it is made in */
  get: 1,
  /** call, result, marked */
  result: 2,
  /** call, error */
  error: 3,
  /** reference, how often it was received */
  release: 4,
  /** signal, reason, marked */
  abort: 5,
  /** reference, method, arguments, marked: nobody waits for an answer */
  tell: 6,
  close: 7,
  open: 8,
} as const;
