// A file of its own, so that the part of the program that starts at once need not have all that reads files in it.
export { openSnapshot } from "@auxbus/snapshot";
