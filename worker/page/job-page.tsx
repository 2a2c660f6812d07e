/** The page of one job: how it stands, its last 90 days, its runs beside what is usual for them, and what it proved. */
import type { Day } from "../judge/days.ts";
import { explain } from "../judge/explain.ts";
import { titleAlone } from "../judge/headline.ts";
import type { LoggedRun } from "../judge/past-run.ts";
import type { CopySummary, IncidentSummary, JobSummary } from "../judge/summary.ts";
import type { Series } from "../judge/usual.ts";
import { jobKey } from "../judge/watch.ts";
import { list, span } from "../judge/words.ts";
import { Charts } from "./chart.tsx";
import { Icon, StatusWord } from "./icons.tsx";
import { documentOf, Layout } from "./layout.tsx";
import { incidentPath, jobPath, logPath } from "./paths.ts";
import { proofText } from "./proof-text.ts";
import { Runs } from "./runs.tsx";
import { Strip, Troubles } from "./strip.tsx";
import { Moment, noneDue, Told, When } from "./time.tsx";

export interface JobView {
  readonly site: string;
  readonly job: JobSummary;
  /** Its schedule as its owner wrote it. */
  readonly schedule: string;
  readonly graceSeconds: number;
  /** Those that it feeds. */
  readonly copies: readonly CopySummary[];
  readonly incidents: readonly IncidentSummary[];
  readonly days: readonly Day[];
  readonly series: readonly Series[];
  readonly runs: readonly LoggedRun[];
  /** The start of the oldest run that is shown, when there are older ones. */
  readonly olderThan: number | null;
  readonly isOwner: boolean;
  /** Deadlines were not looked at lately. */
  readonly stale: boolean;
}

export function jobPage(view: JobView, now: number): string {
  const { site, job, copies, incidents, days, series, runs, olderThan, isOwner, stale } = view;
  const path = jobPath(site, job.host, job.job);
  return documentOf(
    <Layout title={`Tierwatch: ${job.job} on ${job.host}`} renews={false} stale={stale} aside={null} foot={null}>
      <Head view={view} now={now} />
      <section class="days">
        <h2>The last {days.length} days</h2>
        <Strip days={days} />
        <Troubles days={days} />
      </section>
      <Charts series={series} />
      <Proven copies={copies} now={now} />
      <Readings job={job} />
      <Runs
        runs={runs}
        isOwner={isOwner}
        logOf={(id) => logPath(site, job.host, job.job, id)}
        older={olderThan === null ? null : `${path}?before=${olderThan}`}
        now={now}
      />
      <Past site={site} incidents={incidents} now={now} />
    </Layout>,
  );
}

function Head({ view: { site, job, schedule, graceSeconds }, now }: { view: JobView; now: number }) {
  const { host, status, reason, from, to, tier, datasets, tool, dueAt, last, runningSince } = job;
  const does =
    from !== null && to !== null ? `carries ${list(datasets)} from ${from} to ${to}` : `looks at ${tier ?? host}`;
  return (
    <div class="head-of">
      <p class="note">
        <a href="/">{site}</a>
      </p>
      <h1>
        {job.job} <span class="lost">on {host}</span> <StatusWord mark={status} />
      </h1>
      <p class="loss">
        It {does}
        {tool === "" ? "" : ` by ${tool}`}, <Schedule words={schedule} />, with {span(graceSeconds * 1000)} of grace.
      </p>
      {status === "ok" ? null : (
        <p class="told">
          <Told text={explain(jobKey(host, job.job), reason, now)} />
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>Last run</dt>
          <dd>
            {runningSince === null ? null : `running for ${span(now - runningSince)}; `}
            {last === null ? "none yet" : `${last.status.replace("_", " ")} `}
            {last === null ? null : <When at={last.finishedAt} now={now} />}
          </dd>
        </div>
        <div>
          <dt>Next due</dt>
          <dd>{dueAt === null ? noneDue(status, "nothing is due") : <When at={dueAt} now={now} />}</dd>
        </div>
      </dl>
    </div>
  );
}

/** What a scheduler reads is code, and is not broken over lines. */
function Schedule({ words }: { words: string }) {
  const [pattern = "", zone] = words.split(" in ");
  return zone === undefined ? (
    words
  ) : (
    <>
      at <code>{pattern.replaceAll(" ", "\u00a0")}</code> in {zone}
    </>
  );
}

/** What farther hosts found of what it carried. */
function Proven({ copies, now }: { copies: readonly CopySummary[]; now: number }) {
  if (copies.length === 0) return null;
  return (
    <section>
      <h2>What it proved</h2>
      <ul class="sites">
        {copies.map((copy) => (
          <li>
            <Icon mark={copy.status === "ok" && !copy.proven ? "unproven" : copy.status} />
            <span>
              <strong>{copy.dataset}</strong> in {copy.tier}:{" "}
              {copy.recoveryAt === null ? (
                "nothing proven yet"
              ) : (
                <>
                  {span(now - copy.recoveryAt)} old, {proofText(copy)}
                  {copy.seenAt === null ? null : (
                    <>
                      , last looked at <Moment at={copy.seenAt} />
                    </>
                  )}
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Readings({ job: { readings } }: { job: JobSummary }) {
  if (readings.length === 0) return null;
  return (
    <section>
      <h2>What its last run read</h2>
      <ul class="sites">
        {readings.map(({ name, text, verdict }) => (
          <li>
            <Icon mark={verdict === "ok" ? "ok" : verdict === "critical" ? "failed" : "degraded"} />
            <span>
              {verdict === "ok" ? "" : `${verdict}: `}
              {text} <span class="at">{name}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Past({ site, incidents, now }: { site: string; incidents: readonly IncidentSummary[]; now: number }) {
  if (incidents.length === 0) return null;
  return (
    <section>
      <h2>Its incidents</h2>
      <ul class="closed">
        {incidents.map((incident) => (
          <li>
            <a href={incidentPath(incident.id)}>{titleAlone(incident, site, incident.closedAt ?? now)}</a>{" "}
            <span class="at">
              <Moment at={incident.openedAt} />,{" "}
              {incident.closedAt === null ? "open" : `lasted ${span(incident.closedAt - incident.openedAt)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
