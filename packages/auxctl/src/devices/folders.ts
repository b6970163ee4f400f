import type { SysfsEntry } from "auxbus";

/** What has folders: every view has, and something that tells less may be faster. */
export interface Folders {
  list(path: string): Promise<Contents>;
}

export type Contents = readonly Pick<SysfsEntry, "name" | "kind" | "target">[];

/** Nothing, when it has gone. */
export async function contentsOf(folders: Folders, path: string): Promise<Contents> {
  return await folders.list(path).catch(() => []);
}
