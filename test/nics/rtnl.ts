import type { Rig } from "./rig.ts";

/** Takes the RTNL, as somebody who is slow to change a network device. @returns what lets it go */
export function holdRtnl({ netdevs }: Rig): () => void {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  void netdevs.rtnl.run(() => released);
  return release;
}
