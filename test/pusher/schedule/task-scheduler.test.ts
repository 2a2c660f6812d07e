import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { plainCron } from "../../../protocol/schedule.ts";
import { sourceIn, taskSchedulerEntries } from "../../../pusher/schedule/task-scheduler.ts";
import { xmlFile } from "../../../pusher/schedule/task-scheduler-place.ts";
import { triggersOf } from "../../../pusher/schedule/task-triggers.ts";
import { element, type Xml, xmlText } from "../../../pusher/schedule/xml.ts";
import { cronExpression, setting, task } from "./setting.ts";

const HERE = "Europe/Berlin";

function triggers(schedule: Parameters<typeof task>[1], id = "run-nightly"): readonly Xml[] | string {
  const made = triggersOf(task(id, schedule), HERE);
  return made.ok ? made.value : made.failure;
}

const DAY_MS = 86_400_000;
const MONTHS = ["January", "February", "March", "April", "May", "June"];
MONTHS.push("July", "August", "September", "October", "November", "December");
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function inside(xml: Xml | undefined, name: string): Xml | undefined {
  return typeof xml?.inside === "object" ? xml.inside.find((each) => each.name === name) : undefined;
}
const names = (xml: Xml | undefined) => (typeof xml?.inside === "object" ? xml.inside.map(({ name }) => name) : []);
const texts = (xml: Xml | undefined) =>
  typeof xml?.inside === "object" ? xml.inside.map((each) => String(each.inside)) : [];

/** The minutes of a day (UTC, for want of a zone) at which a calendar trigger starts its task, by MS-TSCH 2.5.3. */
function minutesOn(trigger: Xml, day: number): number[] {
  const date = new Date(day);
  const month = MONTHS[date.getUTCMonth()] ?? "";
  const weekday = WEEKDAYS[date.getUTCDay()] ?? "";
  const byWeek = inside(trigger, "ScheduleByWeek");
  const byMonth = inside(trigger, "ScheduleByMonth");
  const byWeekOfMonth = inside(trigger, "ScheduleByMonthDayOfWeek");
  const week = String(Math.ceil(date.getUTCDate() / 7));
  const isLast = new Date(day + 7 * DAY_MS).getUTCMonth() !== date.getUTCMonth();
  const weeks = texts(inside(byWeekOfMonth, "Weeks"));
  const starts =
    inside(trigger, "ScheduleByDay") !== undefined ||
    names(inside(byWeek, "DaysOfWeek")).includes(weekday) ||
    (texts(inside(byMonth, "DaysOfMonth")).includes(String(date.getUTCDate())) &&
      names(inside(byMonth, "Months")).includes(month)) ||
    (names(inside(byWeekOfMonth, "DaysOfWeek")).includes(weekday) &&
      names(inside(byWeekOfMonth, "Months")).includes(month) &&
      (weeks.includes(week) || (isLast && weeks.includes("Last"))));
  if (!starts) return [];
  const start = String(inside(trigger, "StartBoundary")?.inside);
  const first = Number(start.slice(11, 13)) * 60 + Number(start.slice(14, 16));
  const repetition = inside(trigger, "Repetition");
  if (repetition === undefined) return [first];
  expect(inside(repetition, "Duration")?.inside).toBe("P1D");
  const interval = Number(/^PT(\d+)M$/.exec(String(inside(repetition, "Interval")?.inside))?.[1]);
  return Array.from({ length: Math.ceil(1440 / interval) }, (_, index) => first + index * interval);
}

test("the triggers of a cron expression start the task when it says, or it is refused for having too many", () => {
  let told = 0;
  fc.assert(
    fc.property(cronExpression, fc.integer({ min: 0, max: 4_000 * 1440 }), (cron, minutes) => {
      const made = triggers({ cron });
      if (typeof made === "string") {
        expect(made).toContain("Task Scheduler takes 48 times");
        return;
      }
      told += 1;
      const day = Date.UTC(2024, 0, 1) + Math.floor(minutes / 1440) * DAY_MS;
      const starts = [...new Set(made.flatMap((trigger) => minutesOn(trigger, day)))].sort((a, b) => a - b);
      const later = starts.filter((minute) => minute > minutes % 1440);
      const expression = new Cron(plainCron(cron), { timezone: "UTC", paused: true, mode: "5-part" });
      let at = minutes % 1440;
      for (const next of [...later.slice(0, 3), later.length > 3 ? undefined : 1440]) {
        const expected = ((expression.nextRun(new Date(day + at * 60_000))?.getTime() ?? 0) - day) / 60_000;
        if (next === 1440) expect(expected).toBeGreaterThanOrEqual(1440);
        else if (next !== undefined) expect(next).toBe(expected);
        at = next ?? at;
      }
    }),
    { numRuns: 150 },
  );
  expect(told).toBeGreaterThan(20);
});

describe("an interval", () => {
  it("repeats for ever, by a clock that is never changed", () => {
    expect(triggers({ everySeconds: 5_400 })).toEqual([
      element("TimeTrigger", [
        element("StartBoundary", "2026-01-01T00:00:00Z"),
        element("Repetition", [element("Interval", "PT90M")]),
      ]),
    ]);
  });

  it("of the beat starts at boot too", () => {
    const made = triggers({ everySeconds: 300 }, "beat");
    expect(typeof made === "string" ? made : made.map(({ name }) => name)).toEqual(["TimeTrigger", "BootTrigger"]);
  });
});

describe("Task Scheduler refuses", () => {
  test.each([
    [{ cron: "0 2 * * *", zone: "Asia/Tokyo" }, "keeps the machine's zone, Europe/Berlin, or UTC, and not Asia/Tokyo"],
    [{ cron: "*/7 * * * *" }, "takes 48 times for a task, and this schedule names 216; write one that is even"],
    [{ cron: "0 0 L * *" }, '"0 0 L * *": the scheduler cannot read its day of month'],
    [{ onCalendar: "Mon 02:00" }, 'knows no calendar events as "Mon 02:00"; write `cron`'],
    [{ everySeconds: 90 }, "cannot repeat it every 90 s; write whole minutes, from 1m to 31d"],
    [{ everySeconds: 40 * 86_400 }, "cannot repeat it every 3456000 s"],
  ])("%j, and says what can be said", (schedule, words) => {
    expect(triggers(schedule)).toContain(words);
  });

  it("not a schedule in UTC: its start says so", () => {
    const made = triggers({ cron: "0 2 * * *", zone: "UTC" });
    expect(typeof made === "string" ? made : made.map((each) => inside(each, "StartBoundary")?.inside)).toEqual([
      "2026-01-01T02:00:00Z",
    ]);
  });
});

describe("a task", () => {
  const windows = { user: "WINVM\\owner & co", scope: "user" } as const;
  const made = (limit?: number, argv?: readonly string[]) => {
    const more = { ...(limit === undefined ? {} : { limitSeconds: limit }), ...(argv === undefined ? {} : { argv }) };
    const entries = taskSchedulerEntries(setting([task("run-nightly", { cron: "0 2 * * *" }, more)], windows));
    return entries.ok ? (entries.value[0]?.text ?? "") : entries.failure.join();
  };

  it("is ended only after the job's own limit, or never", () => {
    expect(made(10_800)).toContain("<ExecutionTimeLimit>PT10800S</ExecutionTimeLimit>");
    expect(made()).toContain("<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>");
  });

  it("runs without a logon, once at a time, later when it was missed, on battery too", () => {
    for (const part of [
      "<LogonType>S4U</LogonType>",
      "<UserId>WINVM\\owner &amp; co</UserId>",
      "<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>",
      "<StartWhenAvailable>true</StartWhenAvailable>",
      "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
      "<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>",
      "<Priority>5</Priority>",
    ]) {
      expect(made()).toContain(part);
    }
  });

  it("quotes its arguments as Windows takes them apart", () => {
    const argv = ["C:\\Program Files\\node.exe", "C:\\my tools\\p.mjs", 'say "hi"', "C:\\a b\\", "plain\\path", ""];
    expect(made(undefined, argv)).toContain(
      "<Arguments>&quot;C:\\my tools\\p.mjs&quot; &quot;say \\&quot;hi\\&quot;&quot; &quot;C:\\a b\\\\&quot; plain\\path &quot;&quot;</Arguments>",
    );
  });

  it("is known by its source, which changes with anything that matters", () => {
    expect(sourceIn(made())?.digest).toBe(sourceIn(made())?.digest);
    expect(sourceIn(made())?.digest).not.toBe(sourceIn(made(60))?.digest);
    expect(sourceIn(made())?.isFrom("/etc/tierwatch/pusher.toml")).toBe(true);
    expect(sourceIn(made())?.isFrom("/etc/other.toml")).toBe(false);
    expect(sourceIn("<Task />")).toBeUndefined();
  });

  it("is written as UTF-16 with its mark", () => {
    expect([...xmlFile("<a").slice(0, 4)]).toEqual([0xff, 0xfe, 0x3c, 0x00]);
  });
});

const hasXmllint = spawnSync("xmllint", ["--version"]).status === 0;
if (!hasXmllint) console.warn("skipped: tasks against Task Scheduler's schema (not on this machine: xmllint)");

describe.skipIf(!hasXmllint)("the schema", () => {
  const XSD = resolve(import.meta.dirname, "../../fixtures/task-scheduler/task.xsd");

  const faultsOf = (texts: readonly string[]) => {
    const folder = mkdtempSync(join(tmpdir(), "tierwatch-xml-"));
    try {
      const files = texts.map((text, index) => {
        writeFileSync(join(folder, `${index}.xml`), xmlFile(text));
        return join(folder, `${index}.xml`);
      });
      const ended = spawnSync("xmllint", ["--noout", "--schema", XSD, ...files], { encoding: "utf8" });
      return ended.stderr.split("\n").filter((line) => line !== "" && !line.endsWith(" validates"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it("holds for every task", () => {
    const schedules = [{ everySeconds: 300 }, ...fc.sample(cronExpression, 200).map((cron) => ({ cron }))];
    const texts = schedules.flatMap((schedule, index) => {
      const entries = taskSchedulerEntries(setting([task(index === 0 ? "beat" : `run-${index}`, schedule)]));
      return entries.ok ? entries.value.map(({ text }) => text) : [];
    });
    expect(texts.length).toBeGreaterThan(20);
    expect(faultsOf(texts)).toEqual([]);
  });

  it("would have seen a fault", () => {
    const root = element("Task", [], {
      version: "1.3",
      xmlns: "http://schemas.microsoft.com/windows/2004/02/mit/task",
    });
    expect(faultsOf([xmlText(root)])).not.toEqual([]);
  });
});
