import type { Model } from "./model.ts";

/** The views that the navigation leads to, each with the key that does. */
export const VIEWS = [
  { id: "devices", title: "Devices", key: "1" },
  { id: "graph", title: "Graph", key: "2" },
  { id: "timeline", title: "Timeline", key: "3" },
  { id: "modules", title: "Modules", key: "4" },
  { id: "log", title: "Log", key: "5" },
] as const;

export type View = (typeof VIEWS)[number];

/** Those that there is something to see in: only hosts have modules, and in a snapshot nothing happens. */
export function viewsOf({ isHost, isLive }: Pick<Model, "isHost" | "isLive">): readonly View[] {
  return VIEWS.filter(({ id }) => (id === "modules" ? isHost : isLive || (id !== "timeline" && id !== "log")));
}
