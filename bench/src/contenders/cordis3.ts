import { Context, type EffectScope } from "cordis3";
import { type Contender, type Host, work } from "../contender.ts";

export const cordis3: Contender = {
  name: "cordis 3",
  what: "ctx.plugin and dispose of a fork of one reusable plugin",
  most: 100_000,
  async open(): Promise<Host<EffectScope>> {
    const root = new Context();
    await root.start();
    const plugin = {
      name: "unit",
      reusable: true,
      apply(ctx: Context) {
        work.probed++;
        ctx.on("dispose", () => {
          work.cleaned++;
        });
      },
    };
    return {
      async attach() {
        return root.plugin(plugin);
      },
      async detach(fork) {
        fork.dispose();
      },
    };
  },
};
