/** The newest runs of a job as a glance shows them. */
import type { RunStatus } from "../../protocol/heartbeat.ts";
import type { Watch } from "./watch.ts";

export const RECENT_MAX = 20;

/** A watch as it is shown: of a job's runs how the newest went, oldest first, and in its facts at least those that go on. */
export interface ShownWatch extends Watch {
  readonly recent: readonly RunStatus[];
}

/** The newest of the runs that are kept among a job's facts, so that no log of runs is read. */
export function shownWatch(watch: Watch): ShownWatch {
  const { facts } = watch;
  return { ...watch, recent: facts.kind === "job" ? facts.runs.slice(-RECENT_MAX).map(({ status }) => status) : [] };
}

/** `the last 20 runs: 18 succeeded, 1 failed and 1 skipped`. */
export function recentWords(runs: readonly RunStatus[]): string {
  const counts = [...Map.groupBy(runs, (status) => status)].map(
    ([status, all]) => `${all.length} ${status === "started" ? "not ended" : status.replace("_", " ")}`,
  );
  return runs.length === 1 ? `one run: ${counts[0] ?? ""}` : `the last ${runs.length} runs: ${counts.join(", ")}`;
}
