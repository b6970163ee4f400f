import type { DeviceSnapshot } from "auxbus";
import { expect, test } from "vitest";
import { findDevice } from "./find-device.ts";

function found(names: readonly string[], word: string): string {
  const devices = names.map((name): DeviceSnapshot => ({
    path: `/devices/card/${name}`,
    name,
    parent: null,
    bus: "auxiliary",
    driver: null,
    module: null,
    state: "unbound",
    reason: null,
    modalias: null,
    version: null,
    runtimeStatus: "unsupported",
  }));
  try {
    return findDevice({ devices }, word).name;
  } catch (error) {
    return String(error);
  }
}

test("a part is the beginning or the end of a name, and ends where a part of the name does", () => {
  const names = ["mlx5_core.eth.10", "mlx5_core.rdma.0", "0000:03:00.1", "snd_sof.hda-probes.0", "usb1/1-3"];
  expect(found(names, "mlx5_core.eth")).toBe("mlx5_core.eth.10");
  expect(found(names, "mlx5_core.eth.")).toBe("mlx5_core.eth.10");
  expect(found(names, "eth.10")).toBe("mlx5_core.eth.10");
  expect(found(names, "rdma.0")).toBe("mlx5_core.rdma.0");
  expect(found(names, "03:00.1")).toBe("0000:03:00.1");
  expect(found(names, ":00.1")).toBe("0000:03:00.1");
  expect(found(names, "snd_sof.hda")).toBe("snd_sof.hda-probes.0");
  expect(found(names, "probes.0")).toBe("snd_sof.hda-probes.0");
});

test.each(["mlx5_core.eth.1", "th.10", "core.rdma.0", "0.1", "mlx5_cor", "da-probes.0", "0", "00:03", "s"])(
  "%s cuts a part in two",
  (word) => {
    expect(found(["mlx5_core.eth.10", "mlx5_core.rdma.40", "0000:03:00.10", "snd_sof.hda-probes.10"], word)).toMatch(
      `there is no device ${word};`,
    );
  },
);
