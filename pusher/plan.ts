/** What the cloud may know of pusher.toml: names, tiers, schedules and windows; no command, path or credential. */
import type { Job, Plan } from "../protocol/plan.ts";
import type { Config, JobConfig } from "./config.ts";

/** The plan of a host, for `PUT /v1/plan`. */
export function planOf(config: Config): Plan {
  return {
    beat: config.beat,
    datasets: config.datasets.map(({ name, born }) => ({ name, born })),
    jobs: config.jobs.map(jobOf),
  };
}

function jobOf(job: JobConfig): Job {
  const expectation = {
    name: job.name,
    kind: job.kind,
    schedule: job.schedule,
    graceSeconds: job.graceSeconds,
    ...job.rules,
  };
  const { tier, thresholds, carries } = job;
  if (carries === undefined) return { ...expectation, ...(tier === undefined ? {} : { tier }), thresholds };
  const { from, to, datasets, windowSeconds, proof, depth } = carries;
  return { ...expectation, from, to, datasets: [...datasets], windowSeconds, proof, depth };
}
