export { KernelModules, type LoadedModule, type ModuleState } from "./kernel-modules.ts";
export { LinuxView, type LinuxViewOptions } from "./linux-view.ts";
export { SysTree } from "./sys-tree.ts";
