/**
 * Windows Task Scheduler: one task each, as the XML that `schtasks /create /xml` registers (MS-TSCH 2.5). A task runs as the
 * owner who installs it, logged on or not, without a stored password (S4U): local files and outgoing connections are his,
 * network shares are not.
 */
import { createHash } from "node:crypto";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { Entry, Setting, Task } from "./task.ts";
import { triggersOf } from "./task-triggers.ts";
import { element, type Xml, xmlText } from "./xml.ts";

const NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task";
/** Below normal would be the default, and the disk's lowest; a backup that crawls misses its window. */
const PRIORITY = "5";
/** MS-TSCH pathType. */
const PATH_MAX_CHARS = 260;
/** The folder of Task Scheduler in which all of ours stand. */
export const FOLDER = "\\Tierwatch\\";

/** An entry for each task, or a sentence for each that Task Scheduler cannot start as it should. */
export function taskSchedulerEntries(setting: Setting): Result<readonly Entry[], readonly string[]> {
  const made = setting.tasks.map((task) => entryOf(task, setting));
  const faults = made.flatMap((entry) => (entry.ok ? [] : [entry.failure]));
  return faults.length > 0 ? failed(faults) : ok(made.flatMap((entry) => (entry.ok ? [entry.value] : [])));
}

function entryOf(task: Task, setting: Setting): Result<Entry, string> {
  const triggers = triggersOf(task, setting.zone);
  if (!triggers.ok) return failed(`${task.title}: ${triggers.failure}`);
  const [command = "", ...rest] = task.argv;
  if (command.length > PATH_MAX_CHARS)
    return failed(`${task.title}: the path ${command} is longer than 260 characters`);
  const parts = partsOf(task, command, rest, triggers.value, setting);
  const digest = digestOf(parts.map((part) => xmlText(part)).join(""));
  const root = element("Task", [registration(task, setting, digest), ...parts], { version: "1.3", xmlns: NAMESPACE });
  return ok({ name: FOLDER + task.id, text: `<?xml version="1.0" encoding="UTF-16"?>\r\n${xmlText(root)}` });
}

/**
 * Windows rewrites what it registers, and its console garbles letters, so a task is not known by its text: its source holds
 * the digest of what was asked for, and that of the path of its pusher.toml.
 */
function registration(task: Task, { config }: Setting, digest: string): Xml {
  return element("RegistrationInfo", [
    element("Source", `Tierwatch ${digest} ${digestOf(config)} from ${config}`),
    element("Description", `Starts ${task.title} of Tierwatch. What is changed here is lost at the next install.`),
  ]);
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

export interface Source {
  /** Of what was asked for. */
  readonly digest: string;
  /** Was it made from this pusher.toml? */
  readonly isFrom: (config: string) => boolean;
}

/** What a task's XML says of where it comes from; undefined when it is not ours. */
export function sourceIn(xml: string): Source | undefined {
  const [, digest, file] = /<Source>Tierwatch ([0-9a-f]{32}) ([0-9a-f]{32}) from /.exec(xml) ?? [];
  return digest === undefined ? undefined : { digest, isFrom: (config) => file === digestOf(config) };
}

/** Somebody has switched the task off. */
export function isDisabled(xml: string): boolean {
  return /<Settings>.*?<Enabled>false<\/Enabled>.*<\/Settings>/s.test(xml);
}

function partsOf(task: Task, command: string, rest: readonly string[], triggers: readonly Xml[], setting: Setting) {
  const principal = [
    element("UserId", setting.user),
    element("LogonType", "S4U"),
    element("RunLevel", "HighestAvailable"),
  ];
  const exec = [element("Command", command), element("Arguments", rest.map(argument).join(" "))];
  return [
    element("Triggers", triggers),
    element("Principals", [element("Principal", principal, { id: "Owner" })]),
    element("Settings", settingsOf(task)),
    element("Actions", [element("Exec", exec)], { Context: "Owner" }),
  ];
}

function settingsOf({ limitSeconds }: Task): Xml[] {
  const yes = "true";
  const no = "false";
  return [
    element("MultipleInstancesPolicy", "IgnoreNew"),
    element("DisallowStartIfOnBatteries", no),
    element("StopIfGoingOnBatteries", no),
    element("AllowHardTerminate", yes),
    element("StartWhenAvailable", yes),
    element("RunOnlyIfNetworkAvailable", no),
    element("AllowStartOnDemand", yes),
    element("Enabled", yes),
    element("Hidden", no),
    element("RunOnlyIfIdle", no),
    element("WakeToRun", no),
    // PT0S is no limit; left out it would be three days.
    element("ExecutionTimeLimit", `PT${limitSeconds ?? 0}S`),
    element("Priority", PRIORITY),
  ];
}

/** One argument, quoted as CommandLineToArgvW takes it apart: backslashes count only before a quote. */
function argument(text: string): string {
  if (text !== "" && !/[\s"]/.test(text)) return text;
  return `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, "$&$&")}"`;
}
