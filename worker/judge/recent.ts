/** The newest runs of a job as a glance shows them. */
import type { RunStatus } from "../../protocol/heartbeat.ts";
import type { RunMark } from "./watch.ts";

export interface RecentRun {
  readonly status: RunStatus;
  readonly startedAt: number;
}

const RECENT_MAX = 20;

/** The newest of the runs that are kept among a job's facts, so that no log of runs is read. */
export function recentRuns(runs: readonly RunMark[]): RecentRun[] {
  return runs.slice(-RECENT_MAX).map(({ status, startedAt }) => ({ status, startedAt }));
}

/** `the last 20 runs: 18 succeeded, 1 failed and 1 skipped`. */
export function recentWords(runs: readonly RecentRun[]): string {
  const counts = [...Map.groupBy(runs, ({ status }) => status)].map(
    ([status, all]) => `${all.length} ${status === "started" ? "not ended" : status.replace("_", " ")}`,
  );
  return runs.length === 1 ? `one run: ${counts[0] ?? ""}` : `the last ${runs.length} runs: ${counts.join(", ")}`;
}
