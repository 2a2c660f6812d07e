/**
 * What is unusual about a job's last run, kept among its facts: it follows from the runs alone, in whatever order they were
 * told, and to compare with sixty others at each look would cost more than all other judgement.
 */
import { anomaliesOf, type RunSize } from "./anomaly.ts";
import { type EndedRun, endedRuns, isBadRun } from "./runs.ts";
import type { JobFacts, JobSpec } from "./watch.ts";

/** The facts with what is unusual about the last of their runs, if it succeeded. */
export function withUnusual(spec: JobSpec, facts: JobFacts): JobFacts {
  const ended = endedRuns(facts.runs);
  const last = ended.at(-1);
  if (last?.status !== "succeeded") return { ...facts, unusual: null };
  const before = ended.slice(0, -1).filter((run) => !isBadRun(spec, run));
  const zone = "zone" in spec.schedule ? spec.schedule.zone : "UTC";
  const anomalies = anomaliesOf(sizeOf(last), before.map(sizeOf), spec.anomalies ?? {}, zone);
  if (anomalies.length === 0) return { ...facts, unusual: null };
  return {
    ...facts,
    unusual: { run: last.id, anomalies: anomalies.map(({ quantity, text }) => ({ quantity, text })) },
  };
}

function sizeOf({ id, startedAt, finishedAt, bytes, files, deletions }: EndedRun): RunSize {
  const seconds = (finishedAt - startedAt) / 1000;
  return { id, startedAt, seconds, bytes: bytes ?? null, files: files ?? null, deletions: deletions ?? null };
}
