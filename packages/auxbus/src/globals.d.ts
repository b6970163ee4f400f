// The few globals that every JavaScript runtime has. The bus knows no Node, no Deno and no DOM types;
// consumers get these from their own runtime's typings.
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
declare var AbortController: {
  new (): { readonly signal: AbortSignal; abort(reason?: unknown): void };
};
declare var performance: { now(): number };
declare function setTimeout(fn: () => void, ms: number): unknown;
declare function clearTimeout(handle: unknown): void;
