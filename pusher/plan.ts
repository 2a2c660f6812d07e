/** What the cloud may know of pusher.toml: names, tiers, schedules and windows; no command, path or credential. */
import type { Job, Plan } from "../protocol/plan.ts";
import type { Schedule } from "../protocol/schedule.ts";
import { canonicalZone } from "../protocol/zone.ts";
import type { Config, JobConfig, ScheduleConfig } from "./config.ts";

/** What a plan says of the machine itself: the zone it lives in and what starts jobs there. */
export interface Here {
  readonly zone: string;
  readonly platform: NodeJS.Platform;
}

/** The machine that this runs on. */
export function here(): Here {
  return { zone: new Intl.DateTimeFormat().resolvedOptions().timeZone, platform: process.platform };
}

/** The plan of a host, for `PUT /v1/plan`. */
export function planOf(config: Config, { zone, platform }: Here): Plan {
  return {
    beat: config.beat,
    datasets: config.datasets.map(({ name, born }) => ({ name, born })),
    jobs: config.jobs.map((job) => jobOf(job, { zone, platform })),
  };
}

function jobOf(job: JobConfig, machine: Here): Job {
  const expectation = {
    name: job.name,
    kind: job.kind,
    schedule: scheduleOf(job.schedule, machine),
    graceSeconds: job.graceSeconds,
    ...job.rules,
  };
  const { tier, thresholds, carries } = job;
  if (carries === undefined) return { ...expectation, ...(tier === undefined ? {} : { tier }), thresholds };
  const { from, to, datasets, windowSeconds, proof, depth } = carries;
  return { ...expectation, from, to, datasets: [...datasets], windowSeconds, proof, depth };
}

/** On Windows nothing but Task Scheduler starts jobs by the hour; it keeps other hours than cron when clocks change. */
function scheduleOf(schedule: ScheduleConfig, machine: Here): Schedule {
  if ("everySeconds" in schedule) return schedule;
  const named = schedule.zone ?? machine.zone;
  const zone = canonicalZone(named) ?? named;
  if ("onCalendar" in schedule) return { onCalendar: schedule.onCalendar, zone };
  return { cron: schedule.cron, zone, ...(machine.platform === "win32" ? { by: "task_scheduler" as const } : {}) };
}
