/** The views that the navigation leads to, each with the key that does. */
export const VIEWS = [
  { id: "devices", title: "Devices", key: "1" },
  { id: "graph", title: "Graph", key: "2" },
  { id: "timeline", title: "Timeline", key: "3" },
  { id: "modules", title: "Modules", key: "4" },
  { id: "log", title: "Log", key: "5" },
] as const;
