import type { DeviceSnapshot } from "auxbus";
import type { Colors } from "../colors.ts";

/** What the states of devices look like, in every table. */
export function paintState(state: DeviceSnapshot["state"], text: string, { green, yellow, cyan, red }: Colors): string {
  switch (state) {
    case "bound":
      return green(text);
    case "deferred":
      return yellow(text);
    case "probing":
      return cyan(text);
    case "unbound":
      return red(text);
  }
}
