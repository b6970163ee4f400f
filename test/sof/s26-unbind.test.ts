import { afterEach, describe, expect, test } from "vitest";
import { Machine, PCI_ADDRESS, PCI_DRIVER } from "./machine.ts";

const COUNT = "sof/ipc_flood_count";

let machine: Machine;

afterEach(() => machine.end());

describe("26: unbinding the DSP with a file open", () => {
  test("waits for the file, takes clients before the card, keeps the client modules; binding brings all back", async () => {
    machine = await Machine.booted();
    const handle = await machine.run(machine.debugfs.open(COUNT));
    await expect(machine.unload("snd_sof_ipc_flood_test"), "the open file pins the client's module").rejects.toThrow(
      /EBUSY.*debugfs/,
    );
    let cardsAtClients: string[] = [];
    machine.core.auxiliary.subscribe((event, { name }) => {
      if (event === "removed-device") cardsAtClients.push(`${name}: ${machine.sound.cards().length} card`);
    });
    machine.since();
    let done = false;
    const unbinding = machine.core.sysfs.write(`bus/pci/drivers/${PCI_DRIVER}/unbind`, PCI_ADDRESS).then(() => {
      done = true;
    });
    await machine.runtime.advance(100_000);
    expect(done, "the file is open").toBe(false);
    expect(machine.since(), "the flood client is the third to go").toEqual([
      "remove snd_sof.hda-probes.0",
      "unbind snd_sof.msg_injector.0",
      "remove snd_sof.msg_injector.0",
    ]);
    await expect(machine.run(machine.debugfs.open(COUNT)), "nobody else can open it").rejects.toMatchObject({
      code: "ENOENT",
    });
    await machine.run(handle.close());
    await machine.run(unbinding);
    expect(machine.since()).toEqual([
      "unbind snd_sof.ipc_flood.0",
      "remove snd_sof.ipc_flood.0",
      "unbind snd_sof.ipc_flood.1",
      "remove snd_sof.ipc_flood.1",
      "unbind 0000:00:1f.3",
    ]);
    expect(cardsAtClients, "clients before the card").toEqual([
      "snd_sof.hda-probes.0: 1 card",
      "snd_sof.msg_injector.0: 1 card",
      "snd_sof.ipc_flood.0: 1 card",
      "snd_sof.ipc_flood.1: 1 card",
    ]);
    expect(machine.sound.cards()).toEqual([]);
    expect(machine.dsp.state).toBe("off");
    const modules = [...machine.core.auxiliary.drivers()].map((driver) => [driver.name, [...driver.devices()].length]);
    expect(modules, "client modules stay, without a device").toEqual([
      ["snd_sof_ipc_flood_test", 0],
      ["snd_sof_ipc_msg_injector", 0],
      ["snd_sof_probes", 0],
    ]);

    cardsAtClients = [];
    await machine.bind();
    expect(machine.bound("ipc_flood.0")).toBe("snd_sof_ipc_flood_test");
    expect(machine.bound("ipc_flood.1")).toBe("snd_sof_ipc_flood_test");
    expect(machine.bound("msg_injector.0")).toBe("snd_sof_ipc_msg_injector");
    await machine.write(COUNT, "5");
    expect(await machine.read(COUNT)).toMatch(/^IPC Flood count: 5\n/);
  });

  test("a flood that is going on ends before the unbind does", async () => {
    machine = await Machine.booted();
    const writing = machine.debugfs.write(COUNT, "300");
    await machine.runtime.advance(1);
    const before = machine.dsp.messages;
    const unbinding = machine.core.sysfs.write(`bus/pci/drivers/${PCI_DRIVER}/unbind`, PCI_ADDRESS);
    expect(await machine.run(writing)).toBe(3);
    expect(machine.dsp.messages).toBeGreaterThan(before);
    await machine.run(unbinding);
    expect(machine.core.auxiliary.size).toBe(0);
  });

  test("pulled out with a file open: the same, and the rest goes, too", async () => {
    machine = await Machine.booted();
    const handle = await machine.run(machine.debugfs.open("sof/ipc_msg_inject"));
    const pulling = machine.pci.destroy();
    await machine.runtime.advance(10_000);
    expect(machine.pci.state).toBe("deleting");
    await machine.run(handle.close());
    await machine.run(pulling);
    expect(machine.pci.state).toBe("released");
  });

  test("while its removal waits, the DSP does not fall asleep, and the open file is of no use", async () => {
    machine = await Machine.booted();
    const handle = await machine.run(machine.debugfs.open(COUNT));
    const unbinding = machine.core.sysfs.write(`bus/pci/drivers/${PCI_DRIVER}/unbind`, PCI_ADDRESS);
    await machine.runtime.advance(30_000);
    expect(machine.dsp.state).toBe("running");
    await expect(machine.run(handle.write("10"))).rejects.toMatchObject({ code: "EIO" });
    await machine.run(handle.close());
    await machine.run(unbinding);
  });
});
