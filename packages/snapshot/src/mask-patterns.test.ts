import { expect, test } from "vitest";
import { replaceAddresses } from "./mask-patterns.ts";

const replaced = (text: string): string =>
  replaceAddresses(text, (kind, address) => (kind === "hex" || kind === "mac" ? "e".repeat(address.length) : kind));

test.each([
  ["00:1b:21:3a:4f:5c", "ee:ee:ee:ee:ee:ee"],
  ["00-1B-21-3A-4F-5C", "ee-ee-ee-ee-ee-ee"],
  ["001b.213a.4f5c", "eeee.eeee.eeee"],
  ["at 10.1.2.3, port 80", "at ipv4, port 80"],
  ["10.1.2.3/24", "ipv4/24"],
  ["fe80::21b:21ff:fe3a:4f5c%eth0", "ipv6%eth0"],
  ["2001:0db8:0000:0000:0000:ff00:0042:8329", "ipv6"],
  ["::ffff:10.1.2.3", "ipv6"],
  ["0c42:a103:005b:7e10", "eeee:eeee:eeee:eeee"],
  ["80:00:00:48:fe:80:00:00:00:00:00:00:0c:42:a1:03:00:5b:7e:10", Array(20).fill("ee").join(":")],
  ["123e4567-e89b-12d3-a456-426614174000", "uuid"],
  ["enx001b213a4f5c", "enxeeeeeeeeeeee"],
  ["naa.5000c500a1b2c3d4", "naa.eeeeeeeeeeeeeeee"],
  ["eui.0025385b91b01d2e", "eui.eeeeeeeeeeeeeeee"],
  ["wwn-0x0c42a1005b7e1000", "wwn-0xeeeeeeeeeeeeeeee"],
  ["3600508b400105e21", "3eeeeeeeeeeeeeeee"],
  ["traddr=nn-0x200000109b346459:pn-0x100000109b346459", "traddr=nn-0xeeeeeeeeeeeeeeee:pn-0xeeeeeeeeeeeeeeee"],
  ["8000.0c42a15b7e10", "8000.eeeeeeeeeeee"],
  ["w1_bus_master1/28-0000071cbc72/hwmon", "w1_bus_master1/28-eeeeeeeeeeee/hwmon"],
  ["to iqn.1993-08.org.debian:01:4fd9, port 1", "to iqn.1993-08.qualified, port 1"],
  ["nqn.2014-08.org.nvmexpress:uuid:123e4567-e89b-12d3-a456-426614174000", "nqn.2014-08.qualified"],
])("%s is an address", (text, instead) => {
  expect(replaced(text)).toBe(instead);
});

test.each([
  "0000:03:00.0",
  "pci0000:00/0000:00:1c.4",
  "pci:v000015B3d00001017sv000015B3sd00000008bc02sc00i00",
  "auxiliary:mlx5_core.rdma",
  "mlx5_core.sf.4",
  "00:00:00:00:00:00",
  "ff:ff:ff:ff:ff:ff",
  "127.0.0.1",
  "0.0.0.0",
  "::1",
  "12:34:56",
  "2024-01-17 12:34:56",
  "0x0000000000001000",
  "0xffffffffffffffff",
  "6.1.0-18-amd64",
  "usb1/1-1/1-1:1.0",
  "feffffdfffefffff fffffffffffffffe",
  "0x1234567890abcdef",
  "1234567890abcdef",
  "36000000000000000",
  "8000.000000000000",
  "nqn.2014-08.org.nvmexpress.discovery",
  "vmbus:f912ad6d2b17ea48bd65f927a61c7684",
])("%s is none", (text) => {
  expect(replaced(text)).toBe(text);
});
