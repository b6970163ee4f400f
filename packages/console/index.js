import { fileURLToPath } from "node:url";

/** The folder with the console's files: a page that a host serves. */
export const folder = fileURLToPath(new URL("./dist/", import.meta.url));
