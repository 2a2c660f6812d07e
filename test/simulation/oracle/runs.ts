/** Rule: no finished run is ever lost, none is counted twice, and none is there that never was. */
import type { History, Problem } from "../history.ts";
import { RUNS_KEPT_MS } from "./tolerances.ts";
import type { JobTruth, RunTruth, SiteTruth } from "./truth.ts";
import { at as moment } from "./words.ts";

type Row = History["runs"][number];

/** `rows` are the site's run log. */
export function runProblems(truth: SiteTruth, rows: readonly Row[], endAt: number): Problem[] {
  const byRun = Map.groupBy(rows, ({ run }) => run);
  const told = [...truth.runs.values()].flatMap(({ run, job }) => {
    const found = byRun.get(run.run) ?? [];
    const old = run.startedAt < endAt - RUNS_KEPT_MS;
    return old && found.length === 0 ? [] : aboutRun(truth.site, run, job, found);
  });
  const invented = rows.filter(({ run }) => !truth.runs.has(run));
  return [
    ...told,
    ...invented.map(({ run }) => ({
      kind: "diverged_state" as const,
      at: endAt,
      site: truth.site,
      subject: run,
      text: `the run log holds ${run}, which no host ever ran`,
    })),
  ];
}

function aboutRun(site: string, run: RunTruth, job: JobTruth, rows: readonly Row[]): Problem[] {
  const base = { at: run.finishedAt ?? run.startedAt, site, subject: job.key };
  const name = `the run ${run.run} of ${job.key}, begun ${moment(run.startedAt)},`;
  if (rows.length > 1) return [{ ...base, kind: "duplicate", text: `${name} is in the run log ${rows.length} times` }];
  if (run.finishedAt === null || isExcused(run, job)) return [];
  const [row] = rows;
  if (row === undefined)
    return [{ ...base, kind: "lost_run", text: `${name} ended ${run.status} and is not in the run log` }];
  if (row.status === run.status) return [];
  return [{ ...base, kind: "lost_run", text: `${name} ended ${run.status}, and the run log says ${row.status}` }];
}

/** The disk that held its record was rolled back or lost before the worker was told. */
function isExcused({ finishedAt, toldAt }: RunTruth, { host }: JobTruth): boolean {
  if (finishedAt === null) return true;
  return host.disks.some(
    ({ at, since }) => since <= finishedAt && finishedAt <= at && (toldAt === null || toldAt > at),
  );
}
