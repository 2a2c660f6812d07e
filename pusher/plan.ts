/** What the cloud may know of pusher.toml: names, tiers, schedules and windows; no command, path or credential. */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Job, Plan } from "../protocol/plan.ts";
import type { Schedule } from "../protocol/schedule.ts";
import { canonicalZone } from "../protocol/zone.ts";
import type { Config, JobConfig } from "./config.ts";
import { calendarEvents } from "./schedule/cron-events.ts";
import { readCronFields } from "./schedule/cron-fields.ts";
import { unitFolder } from "./schedule/machine.ts";

/** What a plan says of the machine itself: the zone it lives in and what starts jobs there. */
export interface Here {
  readonly zone: string;
  readonly platform: NodeJS.Platform;
  /** Is this job started by a timer of systemd that `schedule install` wrote? None is unless told. */
  readonly timed?: (job: string) => boolean;
}

/** The machine that this runs on. */
export function here(): Here {
  const { uid, homedir } = userInfo();
  const units = unitFolder(uid === 0, homedir, process.env);
  return {
    // Asked for only by a schedule that names none: making Node load its zones takes a tenth of a run.
    get zone() {
      return new Intl.DateTimeFormat().resolvedOptions().timeZone;
    },
    platform: process.platform,
    timed: (job) => existsSync(join(units, `tierwatch-run-${job}.timer`)),
  };
}

/** The plan of a host, for `PUT /v1/plan`. */
export function planOf(config: Config, machine: Here): Plan {
  return {
    beat: config.beat,
    datasets: config.datasets.map(({ name, born }) => ({ name, born })),
    jobs: config.jobs.map((job) => jobOf(job, machine)),
  };
}

function jobOf(job: JobConfig, machine: Here): Job {
  const expectation = {
    name: job.name,
    kind: job.kind,
    schedule: scheduleOf(job, machine),
    graceSeconds: job.graceSeconds,
    ...job.rules,
  };
  const { tier, thresholds, carries } = job;
  if (carries === undefined) return { ...expectation, ...(tier === undefined ? {} : { tier }), thresholds };
  const { from, to, datasets, windowSeconds, proof, depth } = carries;
  return { ...expectation, from, to, datasets: [...datasets], windowSeconds, proof, depth };
}

/** Each scheduler keeps other hours when clocks change: the worker has to expect those of the one that starts the job. */
function scheduleOf({ name, schedule }: JobConfig, machine: Here): Schedule {
  if ("everySeconds" in schedule) return schedule;
  const named = schedule.zone ?? machine.zone;
  const zone = canonicalZone(named) ?? named;
  if ("onCalendar" in schedule) return { onCalendar: schedule.onCalendar, zone };
  // On Windows nothing but Task Scheduler starts jobs by the hour.
  if (machine.platform === "win32") return { cron: schedule.cron, zone, by: "task_scheduler" };
  const event = machine.timed?.(name) === true ? eventOf(schedule.cron) : undefined;
  return event === undefined ? { cron: schedule.cron, zone } : { onCalendar: event, zone };
}

/** The one event that says the same; undefined where it takes two. */
function eventOf(cron: string): string | undefined {
  const fields = readCronFields(cron);
  const [event, ...more] = fields.ok ? calendarEvents(fields.value) : [];
  return more.length === 0 ? event : undefined;
}
