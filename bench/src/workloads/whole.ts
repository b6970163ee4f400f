import Avvio from "avvio";
import { work } from "../contender.ts";

/** Microseconds a plugin to boot an application of `n` plugins and close it: all that avvio can do. */
export async function avvioWhole(n: number): Promise<number> {
  const start = performance.now();
  const app = Avvio({});
  for (let i = 0; i < n; i++) {
    app.use(async (server: { onClose(fn: () => Promise<void>): void }) => {
      work.probed++;
      server.onClose(async () => {
        work.cleaned++;
      });
    });
  }
  await app.ready();
  await new Promise<void>((resolve) => app.close(() => resolve()));
  return ((performance.now() - start) * 1000) / n;
}
