import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

/** Tests of the machine that they run on: they want udev, kmod and the modules of a kernel. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    projects: [{ extends: true, test: { name: "machine", include: ["test/linux/*.machine.test.ts"] } }],
  },
});
