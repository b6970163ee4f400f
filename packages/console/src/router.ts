import { type Accessor, createSignal } from "solid-js";

/** Where in the page one is: `#/device/devices/nic0` is `device` and `/devices/nic0`. */
export interface Route {
  readonly view: string;
  readonly rest: string;
}

function current(): Route {
  const [, view = "devices", rest = ""] = /^#\/([^/]*)(.*)$/.exec(location.hash) ?? [];
  return { view: view === "" ? "devices" : view, rest: decodeURIComponent(rest) };
}

const [route, setRoute] = createSignal<Route>(current());
addEventListener("hashchange", () => setRoute(current()));

export const currentRoute: Accessor<Route> = route;

/** The address of a device's page. */
export function deviceHref(path: string): string {
  return `#/device${path.split("/").map(encodeURIComponent).join("/")}`;
}

export function goTo(href: string): void {
  location.hash = href;
}
