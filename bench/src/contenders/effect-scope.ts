import { Effect, Exit, Scope } from "effect";
import { type Contender, type Host, work } from "../contender.ts";

export const effectScope: Contender = {
  name: "Effect 4 Scope",
  what: "fork a scope with one finalizer, run and close it: no names, no matching",
  most: 1_000_000,
  async open(): Promise<Host<Scope.Closeable>> {
    const parent = Effect.runSync(Scope.make());
    const cleanup = Effect.sync(() => {
      work.cleaned++;
    });
    const attach = Effect.gen(function* () {
      const scope = yield* Scope.fork(parent);
      work.probed++;
      yield* Scope.addFinalizer(scope, cleanup);
      return scope;
    });
    return {
      // The synchronous runner is its fastest.
      attach: async () => Effect.runSync(attach),
      detach: async (scope) => Effect.runSync(Scope.close(scope, Exit.void)),
    };
  },
};
