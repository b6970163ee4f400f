import { createSignal, type JSX, onCleanup, Show } from "solid-js";
import { fetchTransport, HostClient } from "@auxbus/host/client";
import { watched } from "./watched-transport.ts";
import { forgetToken, keepToken, takeToken } from "./session.ts";
import { Shell } from "./shell.tsx";

/** The host says something every 15 seconds. */
const SILENCE = 40_000;

/** The page: asks for a token, if it has none, and shows the host. */
export function App(): JSX.Element {
  const [token, setToken] = createSignal(takeToken());
  const [refused, setRefused] = createSignal<string | null>(null);
  // Another link into this tab, with another token.
  const onHash = (): void => {
    if (location.hash.startsWith("#token=")) setToken(takeToken());
  };
  addEventListener("hashchange", onHash);
  onCleanup(() => removeEventListener("hashchange", onHash));
  return (
    <Show
      when={token()}
      keyed
      fallback={
        <TokenForm
          refused={refused()}
          onToken={(given) => {
            keepToken(given);
            setRefused(null);
            setToken(given);
          }}
        />
      }
    >
      {(given) => (
        <Shell
          client={new HostClient(watched(fetchTransport(location.origin, given), SILENCE), "console")}
          onRefused={(why) => {
            forgetToken();
            setRefused(why);
            setToken(null);
          }}
        />
      )}
    </Show>
  );
}

function TokenForm(props: { readonly refused: string | null; onToken(token: string): void }): JSX.Element {
  let input: HTMLInputElement | undefined;
  return (
    <main class="gate">
      <h1>auxbus</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const token = input?.value.trim() ?? "";
          if (token !== "") props.onToken(token);
        }}
      >
        <label for="token">Token of this host</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          autofocus
          ref={(element) => (input = element)}
        />
        <Show when={props.refused}>
          <p class="error" role="alert">
            {props.refused}
          </p>
        </Show>
        <p class="hint">
          <code>auxctl token</code> prints the address of this page with its token.
        </p>
        <button type="submit" class="primary">
          Open
        </button>
      </form>
    </main>
  );
}
