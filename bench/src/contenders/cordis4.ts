import { Context, type Fiber } from "cordis4";
import { type Contender, type Host, work } from "../contender.ts";

export const cordis4: Contender = {
  name: "cordis 4",
  what: "ctx.plugin and dispose of a fiber of one plugin",
  most: 100_000,
  async open(): Promise<Host<{ readonly fiber: Fiber }>> {
    const root = new Context();
    const plugin = {
      name: "unit",
      apply(ctx: Context) {
        work.probed++;
        ctx.effect(() => () => {
          work.cleaned++;
        });
      },
    };
    return {
      async attach() {
        const fiber = root.plugin(plugin);
        await fiber.await();
        // A fiber is thenable; it must not be awaited once more by whoever gets it.
        return { fiber };
      },
      async detach({ fiber }) {
        await fiber.dispose();
      },
    };
  },
};
