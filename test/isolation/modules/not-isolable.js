import { defineAuxiliaryDriver } from "auxbus";

export const driver = defineAuxiliaryDriver({ idTable: [{ name: "m.x" }], probe() {} });
