/**
 * systemd: a service and a timer for each task. It keeps any zone, any interval and calendar event, catches up after the
 * machine was off (`Persistent`), and ends a hung pusher.
 *
 * How far a service is shut in: a job may be anything (zfs, a dump by a socket in /tmp, a container's command), so it gets
 * only what cannot hinder it. Above all it has no mount namespace of its own, which ProtectSystem, PrivateTmp and most of their
 * like bring: what `zfs receive` mounts or unmounts would be seen by the service alone, and be gone with it. The beat runs
 * often and only looks, so it is shut in further.
 */
import { readCalendar } from "../../protocol/calendar.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { calendarEvents } from "./cron-events.ts";
import { everyAsCron, readCronFields } from "./cron-fields.ts";
import { type Entry, markOf, type Setting, type Task } from "./task.ts";

/** Units of a task, by the id that is part of their names. */
const unitsOf = (id: string) => ({ service: `tierwatch-${id}.service`, timer: `tierwatch-${id}.timer` });

export function systemdEntries(setting: Setting): Result<readonly Entry[], readonly string[]> {
  const made = setting.tasks.map((task) => ({ task, when: whenOf(task) }));
  const faults = made.flatMap(({ task, when }) => (when.ok ? [] : [`${task.title}: ${when.failure}`]));
  if (faults.length > 0) return failed(faults);
  return ok(
    made.flatMap(({ task, when }) => [
      { name: unitsOf(task.id).service, text: serviceOf(task, setting) },
      { name: unitsOf(task.id).timer, text: timerOf(task, when.ok ? when.value : [], setting) },
    ]),
  );
}

/** Timers that start together each wait for a moment of their own, always the same. */
const JITTER_MAX_SECONDS = 60;

function timerOf(task: Task, when: readonly string[], { config }: Setting): string {
  const calendar = when.some((line) => line.startsWith("OnCalendar="));
  return unit(config, {
    Unit: [`Description=Tierwatch: when ${task.title} starts`],
    Timer: [
      ...when,
      // After a power cut the owner hears at once that the host is back.
      ...(task.id === "beat" && calendar ? ["OnBootSec=1min"] : []),
      ...(calendar ? ["Persistent=true"] : []),
      `RandomizedDelaySec=${Math.min(JITTER_MAX_SECONDS, Math.floor(task.slackSeconds / 10))}`,
      "FixedRandomDelay=true",
      "AccuracySec=1s",
    ],
    Install: ["WantedBy=timers.target"],
  });
}

function serviceOf(task: Task, setting: Setting): string {
  const system = setting.scope === "system";
  return unit(setting.config, {
    Unit: [
      `Description=Tierwatch: ${task.title}`,
      ...(system ? ["Wants=network-online.target", "After=network-online.target zfs.target"] : []),
    ],
    Service: [
      "Type=oneshot",
      `ExecStart=${task.argv.map(commandWord).join(" ")}`,
      `Environment=${word(`PATH=${setting.path}`)}`,
      `TimeoutStartSec=${task.limitSeconds ?? "infinity"}`,
      "# The pusher ends its programs by itself, and then tells how it ended.",
      "KillMode=mixed",
      "TimeoutStopSec=1min",
      "# 75: nothing is lost, later it may do; a run was skipped, or the worker was not reached.",
      "SuccessExitStatus=75",
      // A user's own service may need sudo, and has no right to most of the rest.
      ...(system ? hardening(task, setting) : []),
    ],
  });
}

function hardening(task: Task, { state }: Setting): string[] {
  const always = ["NoNewPrivileges=yes", "LockPersonality=yes", "RestrictRealtime=yes"];
  if (task.id !== "beat") {
    return ["# No ProtectSystem, PrivateTmp and the like: what zfs mounts would be seen in here alone.", ...always];
  }
  return [
    ...always,
    "ProtectSystem=full",
    `ReadWritePaths=${word(`-${state}`)}`,
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "RestrictSUIDSGID=yes",
  ];
}

/** The lines of a timer that say when. */
function whenOf({ schedule }: Task): Result<readonly string[], string> {
  if ("onCalendar" in schedule) {
    const { onCalendar, zone } = schedule;
    const event = readCalendar(onCalendar);
    if (!event.ok) return event;
    return ok([`OnCalendar=${onCalendar}${zone === undefined || event.value.zone !== null ? "" : ` ${zone}`}`]);
  }
  if ("everySeconds" in schedule) {
    const cron = everyAsCron(schedule.everySeconds);
    // Counted from the last start; what the clock can say is better, for it outlives a restart of the machine.
    if (cron === undefined) return ok(["OnBootSec=2min", `OnUnitActiveSec=${schedule.everySeconds}s`]);
    // In UTC there is no hour that comes twice, in which systemd would wait for the second to end.
    return calendarsOf(cron, "UTC");
  }
  return calendarsOf(schedule.cron, schedule.zone);
}

function calendarsOf(cron: string, zone: string | undefined): Result<readonly string[], string> {
  const fields = readCronFields(cron);
  if (!fields.ok) return fields;
  return ok(calendarEvents(fields.value).map((event) => `OnCalendar=${event}${zone === undefined ? "" : ` ${zone}`}`));
}

function unit(config: string, sections: Readonly<Record<string, readonly string[]>>): string {
  const told = Object.entries(sections).map(([name, lines]) => `[${name}]\n${lines.join("\n")}\n`);
  return `${markOf(config)}\n${told.join("\n")}`;
}

/** A word of a unit file (systemd.syntax(7), quoting), its specifiers taken literally. */
function word(text: string): string {
  const plain = text.replaceAll("%", "%%");
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, "\\$&")}"`;
}

/** A word of ExecStart, where a dollar names a variable. */
function commandWord(text: string): string {
  return word(text).replaceAll("$", "$$$$");
}
