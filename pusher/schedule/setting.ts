/** What entries are made from: the tasks of pusher.toml, and how programs are found where no shell has set a PATH. */
import { dirname } from "node:path";
import type { Config } from "../config.ts";
import { findProgram, programsOf } from "../doctor/local.ts";
import type { Shell } from "../shell.ts";
import type { Machine } from "./machine.ts";
import { type Setting, tasksOf } from "./task.ts";

const USUAL = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

export function settingOf(config: Config, shell: Shell, machine: Machine): Setting {
  const { scope, user, zone } = machine;
  return {
    tasks: tasksOf(config, shell.program),
    config: config.file,
    state: config.state,
    path: [...new Set([...USUAL, ...foldersOf(config, shell)])].join(":"),
    zone,
    user,
    scope,
  };
}

/** Folders in which the owner's own PATH finds what the jobs need: a scheduler does not know them. */
function foldersOf(config: Config, shell: Shell): string[] {
  return programsOf(config).flatMap(({ program }) => {
    const named = program.includes("/") || program.includes("\\");
    const found = named ? undefined : findProgram(program, config.folder, shell);
    return found === undefined ? [] : [dirname(found)];
  });
}
