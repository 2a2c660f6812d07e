/** Where systemd's units stand, and how it is told of them. Without a running systemd they are only written. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { namesIn, readIfThere, reasonOf, removeIfThere, replaceFile } from "../files.ts";
import { type Machine, troubleOf } from "./machine.ts";
import type { Change, Found, Scheduler } from "./scheduler.ts";
import { systemdEntries } from "./systemd.ts";
import { type Entry, madeFrom, type Setting } from "./task.ts";

const OURS = /^tierwatch-(?:beat|run-[a-z0-9-]+)\.(?:service|timer)$/;

export function systemdOf(machine: Machine): Scheduler {
  const folder = machine.folders.systemd;
  return {
    name: "systemd",
    place: folder,
    render: systemdEntries,
    same: (wanted, found) => wanted === found,
    show: (entries) => entries.map(({ name, text }) => `# ${join(folder, name)}\n${text}`).join("\n"),
    look: (setting) => look(machine, setting),
    change: (change, setting) => changeUnits(machine, change, setting),
  };
}

function runs(machine: Machine): boolean {
  return existsSync(machine.folders.systemdRuns);
}

function systemctl(machine: Machine, ...rest: readonly string[]) {
  return machine.exec("systemctl", ...(machine.scope === "user" ? ["--user"] : []), ...rest);
}

async function look(machine: Machine, { config }: Setting): Promise<Result<Found, string>> {
  const folder = machine.folders.systemd;
  const entries = new Map<string, string>();
  const foreign = new Map<string, string>();
  try {
    for (const name of namesIn(folder).filter((each) => OURS.test(each))) {
      const text = readIfThere(join(folder, name)) ?? "";
      const from = madeFrom(text);
      if (from === config) entries.set(name, text);
      else foreign.set(name, from === undefined ? "somebody else's" : `made from ${from}`);
    }
  } catch (error) {
    return failed(`${folder} cannot be read: ${reasonOf(error)}`);
  }
  return ok({ entries, foreign, off: await timersOff(machine, [...entries.keys()]) });
}

/** Timers that wait for nothing, or will not after the next start of the machine. */
async function timersOff(machine: Machine, names: readonly string[]): Promise<string[]> {
  if (!runs(machine)) return [];
  const off: string[] = [];
  for (const timer of names.filter((name) => name.endsWith(".timer"))) {
    const ended = await systemctl(machine, "show", "--property=ActiveState,UnitFileState", timer);
    if (ended.exitCode !== 0) continue;
    const isOn = /^ActiveState=active$/m.test(ended.stdout) && /^UnitFileState=enabled/m.test(ended.stdout);
    if (!isOn) off.push(timer);
  }
  return off;
}

async function changeUnits(
  machine: Machine,
  { write, remove, all }: Change,
  setting: Setting,
): Promise<Result<readonly string[], string>> {
  const folder = machine.folders.systemd;
  const fault = await calendarFault(machine, write);
  if (fault !== undefined) return failed(fault);
  const timersOf = (names: readonly string[]) => names.filter((name) => name.endsWith(".timer"));
  const gone = timersOf(remove);
  const live = runs(machine);
  if (live && gone.length > 0) await systemctl(machine, "disable", "--now", ...gone);
  try {
    for (const { name, text } of write) replaceFile(join(folder, name), text, { durable: true, mode: 0o644 });
    for (const name of remove) removeIfThere(join(folder, name));
  } catch (error) {
    return failed(`${folder} cannot be written: ${reasonOf(error)}`);
  }
  const timers = timersOf(all.map(({ name }) => name));
  if (!live)
    return ok(
      timers.length === 0 ? [] : [`systemd does not run here: later, systemctl enable --now ${timers.join(" ")}`],
    );
  return await activate(machine, timers, timersOf(write.map(({ name }) => name)), setting);
}

async function activate(
  machine: Machine,
  timers: readonly string[],
  written: readonly string[],
  { user }: Setting,
): Promise<Result<readonly string[], string>> {
  // A timer that waits already goes on by its old times until it is started anew.
  const calls = [
    ["daemon-reload"],
    ...(timers.length === 0 ? [] : [["enable", "--now", ...timers]]),
    ...(written.length === 0 ? [] : [["restart", ...written]]),
  ];
  for (const call of calls) {
    const trouble = troubleOf(await systemctl(machine, ...call));
    if (trouble !== undefined) return failed(`systemctl ${call.join(" ")}: ${trouble}`);
  }
  if (machine.scope === "system" || timers.length === 0) return ok([]);
  return ok([
    `timers of a user start only while he is logged on, unless root allows it: loginctl enable-linger ${user}`,
  ]);
}

/** What systemd itself says of the calendar events, where it can be asked. */
async function calendarFault(machine: Machine, entries: readonly Entry[]): Promise<string | undefined> {
  for (const { name, text } of entries) {
    for (const [, event = ""] of text.matchAll(/^OnCalendar=(.*)$/gm)) {
      const ended = await machine.exec("systemd-analyze", "calendar", event);
      if (ended.exitCode !== undefined && ended.exitCode !== 0) {
        return `${name}: systemd does not take OnCalendar=${event}: ${troubleOf(ended)}`;
      }
    }
  }
  return undefined;
}
