import { type Accessor, createSignal } from "solid-js";

/** Where in the page one is: `#/device/devices/nic0` is `device` and `/devices/nic0`. */
export interface Route {
  readonly view: string;
  readonly rest: string;
}

function current(): Route {
  const [, view = "devices", rest = ""] = /^#\/([^/]*)(.*)$/.exec(location.hash) ?? [];
  return { view: view === "" ? "devices" : view, rest: decoded(rest) };
}

/** What somebody has typed into the address need not be well-formed. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const [route, setRoute] = createSignal<Route>(current());
addEventListener("hashchange", () => setRoute(current()));

export const currentRoute: Accessor<Route> = route;

/** The address of a device's page, or of another view with the device in its middle. */
export function deviceHref(path: string, view: "device" | "graph" | "timeline" = "device"): string {
  return `#/${view}${path.split("/").map(encodeURIComponent).join("/")}`;
}

export function goTo(href: string): void {
  location.hash = href;
}
