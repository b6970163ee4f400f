const KEY = "auxbus token";

/** The token that the address brings, or that this tab has had before. It does not stay in the address. */
export function takeToken(): string | null {
  // Whatever it is: the host says whether it is one.
  const [, brought] = /^#token=(.+)$/.exec(location.hash) ?? [];
  if (brought === undefined) return sessionStorage.getItem(KEY);
  sessionStorage.setItem(KEY, brought);
  history.replaceState(null, "", `${location.pathname}#/devices`);
  dispatchEvent(new HashChangeEvent("hashchange"));
  return brought;
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}
