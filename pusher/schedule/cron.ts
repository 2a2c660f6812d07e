/**
 * cron(8) as Debian has it: one line a task, in a file of /etc/cron.d or in a marked block of a user's crontab. It knows no
 * zone but the machine's (CRON_TZ is another cron's), no intervals but what its fields can say, and no calendar events.
 */
import { failed, ok, type Result } from "../../protocol/result.ts";
import { canonicalZone } from "../../protocol/zone.ts";
import { eitherDay, everyAsCron, readCronFields } from "./cron-fields.ts";
import { type Entry, madeFrom, markOf, type Setting, type Task } from "./task.ts";

/** Longest command that cron takes (MAX_COMMAND), in bytes. */
const COMMAND_MAX_BYTES = 999;

/** An entry for each task, or a sentence for each that cron cannot start as it should. */
export function cronEntries(setting: Setting): Result<readonly Entry[], readonly string[]> {
  const made = setting.tasks.map((task) => entryOf(task, setting));
  const faults = made.flatMap((entry) => (entry.ok ? [] : [entry.failure]));
  return faults.length > 0 ? failed(faults) : ok(made.flatMap((entry) => (entry.ok ? [entry.value] : [])));
}

function entryOf(task: Task, setting: Setting): Result<Entry, string> {
  const expression = expressionOf(task, setting.zone);
  if (!expression.ok) return failed(`${task.title}: ${expression.failure}`);
  const command = commandOf(task, setting);
  if (!command.ok) return failed(`${task.title}: ${command.failure}`);
  const line = (when: string) => `${when} ${setting.scope === "system" ? `${setting.user} ` : ""}${command.value}\n`;
  // After a power cut the owner hears at once that the host is back.
  const atBoot = task.id === "beat" ? line("@reboot") : "";
  return ok({ name: task.id, text: line(expression.value) + atBoot });
}

function expressionOf({ schedule }: Task, here: string): Result<string, string> {
  if ("onCalendar" in schedule) {
    return failed(
      `cron knows no calendar events as "${schedule.onCalendar}"; write \`cron\`, or let systemd start it (--by systemd)`,
    );
  }
  if ("everySeconds" in schedule) {
    const expression = everyAsCron(schedule.everySeconds);
    const fault = `cron cannot start it every ${schedule.everySeconds} s; write an \`every\` that divides an hour (1m to 30m) or a day (1h to 12h, 1d), or 7d, or let systemd start it (--by systemd)`;
    return expression === undefined ? failed(fault) : ok(expression);
  }
  const { cron, zone } = schedule;
  if (zone !== undefined && canonicalZone(zone) !== canonicalZone(here)) {
    return failed(
      `cron keeps the machine's zone, ${here}, and not ${zone}; let systemd start it (--by systemd), or set the machine's zone (timedatectl set-timezone ${zone})`,
    );
  }
  const fields = readCronFields(cron);
  if (!fields.ok) return fields;
  const { minutes, hours, days, months, weekdays } = fields.value;
  // A star before a step makes cron ask for both days where the worker, and cron(8)'s own manual, ask for either.
  const plain = (text: string, all: string) => (eitherDay(fields.value) ? text.replaceAll("*", all) : text);
  const dates = [plain(days.text, "1-31"), months.text, plain(weekdays.text, "0-6")];
  return ok([minutes.text, hours.text, ...dates].join(" "));
}

function commandOf(task: Task, { scope, path }: Setting): Result<string, string> {
  const words = task.argv.map(shellWord).join(" ");
  // In a user's crontab a PATH of its own line would hold for the user's other lines too.
  const command = `${scope === "system" ? "" : `PATH=${shellWord(path)} `}${words} >/dev/null 2>&1`;
  if (/[\n\0]/.test(command)) return failed("cron takes no path with a line break");
  const escaped = command.replace(/[\\%]/g, "\\$&");
  if (Buffer.byteLength(escaped) <= COMMAND_MAX_BYTES) return ok(escaped);
  return failed(`its command line is longer than the ${COMMAND_MAX_BYTES} bytes that cron takes; use shorter paths`);
}

/** One word of a POSIX shell's command line. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The file of /etc/cron.d; its output is not mailed, for it stands in the run's log. */
export function cronFile(entries: readonly Entry[], { config, path }: Setting): string {
  const head = `${markOf(config)}\nSHELL=/bin/sh\nPATH=${path}\nMAILTO=""\n`;
  return head + entries.map(({ name, text }) => `# ${name}\n${text}`).join("");
}

/** A user's crontab in which our block, if there is one, is replaced by these entries; none take it away. */
export function withBlock(crontab: string, entries: readonly Entry[], { config }: Setting): string {
  const { before, after } = blockIn(crontab);
  if (entries.length === 0) return before + after;
  const block = `${markOf(config)}\n${entries.map(({ name, text }) => `# ${name}\n${text}`).join("")}${END}\n`;
  return (before === "" || before.endsWith("\n") ? before : `${before}\n`) + block + after;
}

const END = "# Tierwatch: end";

interface Block {
  readonly before: string;
  readonly block: string;
  readonly after: string;
}

/** The lines of a crontab before our block, in it, and after it. A block whose end is gone has only what is surely ours. */
export function blockIn(crontab: string): Block {
  const lines = crontab.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const start = lines.findIndex((line) => madeFrom(line) !== undefined);
  if (start === -1) return { before: crontab, block: "", after: "" };
  const end = lines.findIndex((line, index) => index > start && line.trimEnd() === END);
  const next = end === -1 ? ownLines(lines, start) : end + 1;
  const join = (from: number, to: number) => lines.slice(from, to).join("");
  return { before: join(0, start), block: join(start, next), after: join(next, lines.length) };
}

/** Where our lines end when no line says so: at the first that is neither a task's name nor follows one. */
function ownLines(lines: readonly string[], start: number): number {
  let next = start + 1;
  while (next < lines.length && (isName(lines[next]) || isName(lines[next - 1]))) next += 1;
  return next;
}

/** The entries of a file or block of ours. */
export function entriesIn(block: string): Map<string, string> {
  const entries = new Map<string, string>();
  let name: string | undefined;
  for (const line of block.split("\n")) {
    const named = nameOf(line);
    if (named !== undefined) name = named;
    else if (name !== undefined && line !== "" && line !== END)
      entries.set(name, `${entries.get(name) ?? ""}${line}\n`);
  }
  return entries;
}

function isName(line: string | undefined): boolean {
  return line !== undefined && nameOf(line.trimEnd()) !== undefined;
}

function nameOf(line: string): string | undefined {
  return /^# (beat|run-[a-z0-9-]+)$/.exec(line)?.[1];
}
