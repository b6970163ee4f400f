/**
 * Files that have passwords and keys in them. Root may read them, and no snapshot has what they say: they are not even
 * read. `docs/snapshots.md` has the same list.
 */
const SECRETS: readonly RegExp[] = [
  // CHAP of iSCSI sessions and of firmware that boots by iSCSI; firmware settings.
  /^user_?name(_in|_out)?$/,
  /(^|[_-])(password|passwd|passphrase|secret|psk|pin_code)s?([_-](in|out))?$/,
  /^(rev-)?chap-name$/,
  // The `key` of Thunderbolt; keys of NVMe over fabrics and of networks.
  /^key$/,
  /^(tls|dhchap|wep|wpa|auth|encryption|private|master)_(\w+_)?key(ring)?$/,
];

/** Whether what a file says must not be known. @param folder its path below `/sys` */
export function isSecret(folder: string, name: string): boolean {
  // Those are keys of a keyboard: `input5/capabilities/key`.
  if (name === "key" && folder.endsWith("/capabilities")) return false;
  return SECRETS.some((secret) => secret.test(name.toLowerCase()));
}
