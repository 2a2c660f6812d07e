/** Where Task Scheduler keeps its tasks: by schtasks, whose words are in the language of Windows, so only its data are read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { type Machine, troubleOf } from "./machine.ts";
import type { Change, Found, Scheduler } from "./scheduler.ts";
import type { Entry, Setting } from "./task.ts";
import { FOLDER, isDisabled, sourceIn, taskSchedulerEntries } from "./task-scheduler.ts";

export function taskSchedulerOf(machine: Machine): Scheduler {
  return {
    name: "task-scheduler",
    place: `Task Scheduler's folder ${FOLDER}`,
    render: taskSchedulerEntries,
    same: (wanted, found) => sourceIn(wanted)?.digest === sourceIn(found)?.digest,
    show: (entries) => entries.map(({ name, text }) => `<!-- ${name} -->\n${text.replaceAll("\r", "")}`).join("\n"),
    look: (setting) => look(machine, setting),
    change: (change) => changeTasks(machine, change),
  };
}

async function look(machine: Machine, { config }: Setting): Promise<Result<Found, string>> {
  const listed = await machine.exec("schtasks", "/query", "/fo", "csv", "/nh");
  const trouble = troubleOf(listed);
  if (trouble !== undefined) return failed(`schtasks /query: ${trouble}`);
  const entries = new Map<string, string>();
  const foreign = new Map<string, string>();
  const off: string[] = [];
  for (const name of namesIn(listed.stdout)) {
    const asked = await machine.exec("schtasks", "/query", "/tn", name, "/xml");
    const xml = asked.stdout.replaceAll("\0", "");
    const source = sourceIn(xml);
    if (source?.isFrom(config) === true) entries.set(name, xml);
    else foreign.set(name, source === undefined ? "somebody else's" : "made from another pusher.toml");
    if (isDisabled(xml)) off.push(name);
  }
  return ok({ entries, foreign, off });
}

/** Names in our folder: the first of the quoted fields of each line. A task with several triggers stands there several times. */
function namesIn(csv: string): string[] {
  const names = csv.split(/\r?\n/).map((line) => /^"([^"]*)"/.exec(line)?.[1] ?? "");
  return [...new Set(names.filter((name) => name.startsWith(FOLDER)))];
}

async function changeTasks(machine: Machine, { write, remove }: Change): Promise<Result<readonly string[], string>> {
  const folder = mkdtempSync(join(machine.folders.temp, "tierwatch-"));
  try {
    for (const entry of write) {
      const trouble = await register(machine, folder, entry);
      if (trouble !== undefined) return failed(trouble);
    }
    for (const name of remove) {
      const trouble = troubleOf(await machine.exec("schtasks", "/delete", "/tn", name, "/f"));
      if (trouble !== undefined) return failed(`schtasks /delete /tn ${name}: ${trouble}`);
    }
    return ok([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function register(machine: Machine, folder: string, { name, text }: Entry): Promise<string | undefined> {
  const file = join(folder, "task.xml");
  writeFileSync(file, xmlFile(text));
  const trouble = troubleOf(await machine.exec("schtasks", "/create", "/tn", name, "/xml", file, "/f"));
  if (trouble === undefined) return undefined;
  return `schtasks /create /tn ${name}: ${trouble}; a task that runs without a logon is made by an administrator's console`;
}

/** What schtasks reads: UTF-16, little-endian, with its mark. */
export function xmlFile(text: string): Uint8Array {
  return Buffer.from(`\ufeff${text}`, "utf16le");
}
