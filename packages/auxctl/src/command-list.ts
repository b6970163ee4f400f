import type { Command } from "commander";
import { addCompletionCommand } from "./completion/completion-command.ts";
import { addNamesCommand } from "./completion/names-command.ts";
import { addBindCommand, addRebindCommand, addUnbindCommand } from "./devices/bind-commands.ts";
import { addConsoleCommand } from "./console/console-command.ts";
import { addExplainCommand } from "./devices/explain-command.ts";
import { addLsCommand } from "./devices/ls-command.ts";
import { addMonitorCommand } from "./devices/monitor-command.ts";
import { addRescanCommand } from "./devices/rescan-command.ts";
import { addAutoprobeCommand, addOverrideCommand } from "./devices/setting-commands.ts";
import { addShowCommand } from "./devices/show-command.ts";
import { addTreeCommand } from "./devices/tree-command.ts";
import { addWaitCommand } from "./devices/wait-command.ts";
import { addDownCommand, addReloadCommand, addResumeCommand, addSuspendCommand } from "./host/host-commands.ts";
import { addParkCommand, addResetCommand, addUnparkCommand } from "./host/park-commands.ts";
import { addBlacklistCommand, addSettingsCommand } from "./host/settings-command.ts";
import { addStatusCommand } from "./host/status-command.ts";
import { addTokenCommand } from "./host/token-command.ts";
import { addUpCommand } from "./host/up-command.ts";
import { addLogCommand } from "./journal/log-command.ts";
import { addModprobeCommand, addParamCommand, addRmmodCommand, addUpgradeCommand } from "./modules/change-commands.ts";
import { addDepmodCommand, addModinfoCommand, addResolveCommand } from "./modules/installed-commands.ts";
import { addHostsCommand, addLsmodCommand } from "./modules/list-commands.ts";
import { addDriversCommand } from "./linux/module-commands.ts";
import { addReplayCommand } from "./replay/replay-command.ts";
import { addRunCommand } from "./run/run-command.ts";
import type { AddCommand, Shell } from "./shell.ts";
import { addDiffCommand } from "./snapshot/diff-command.ts";
import { addSnapshotCommand } from "./snapshot/snapshot-command.ts";
import { addTopCommand } from "./top/top-command.ts";

/** All commands, as the help groups them. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, AddCommand>>>> = {
  "Devices:": {
    ls: addLsCommand,
    tree: addTreeCommand,
    show: addShowCommand,
    explain: addExplainCommand,
    bind: addBindCommand,
    unbind: addUnbindCommand,
    rebind: addRebindCommand,
    rescan: addRescanCommand,
    override: addOverrideCommand,
    autoprobe: addAutoprobeCommand,
    park: addParkCommand,
    unpark: addUnparkCommand,
    reset: addResetCommand,
    monitor: addMonitorCommand,
    wait: addWaitCommand,
    snapshot: addSnapshotCommand,
    diff: addDiffCommand,
    console: addConsoleCommand,
  },
  "Modules:": {
    lsmod: addLsmodCommand,
    hosts: addHostsCommand,
    modinfo: addModinfoCommand,
    drivers: addDriversCommand,
    depmod: addDepmodCommand,
    resolve: addResolveCommand,
    modprobe: addModprobeCommand,
    rmmod: addRmmodCommand,
    param: addParamCommand,
    upgrade: addUpgradeCommand,
    blacklist: addBlacklistCommand,
  },
  "The host:": {
    run: addRunCommand,
    up: addUpCommand,
    down: addDownCommand,
    reload: addReloadCommand,
    status: addStatusCommand,
    log: addLogCommand,
    top: addTopCommand,
    settings: addSettingsCommand,
    token: addTokenCommand,
    suspend: addSuspendCommand,
    resume: addResumeCommand,
  },
  "More:": {
    replay: addReplayCommand,
    completion: addCompletionCommand,
    names: addNamesCommand,
  },
};

/** First words that are commands of auxctl: verbs of modules that begin with them cannot be reached. */
export const OWN_WORDS: ReadonlySet<string> = new Set([
  ...Object.values(GROUPS).flatMap((commands) => Object.keys(commands)),
  "help",
]);

/** Adds all commands, or only the one that is asked for: each takes its time. */
export function addCommands(program: Command, shell: Shell, only?: string): void {
  for (const [group, commands] of Object.entries(GROUPS)) {
    for (const [name, add] of Object.entries(commands)) {
      if (only === undefined || name === only) add(program, shell).helpGroup(group);
    }
  }
}
