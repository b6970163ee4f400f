import { parentPort } from "node:worker_threads";
import * as Comlink from "comlink";
import { endpointOf } from "./comlink-endpoint.js";

if (parentPort !== null) Comlink.expose({ echo: (value: number) => value }, endpointOf(parentPort));
