export { type AliasEntry, AliasIndex } from "./alias-index.ts";
export { globMatches, normalizeAlias } from "./glob.ts";
export { parseModulesAlias } from "./modules-alias.ts";
