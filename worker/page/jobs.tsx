/** Every job of a site: its last run, when the next is due, and the readings that are not ok. */
import { raw } from "hono/html";
import type { Reading } from "../../protocol/heartbeat.ts";
import { explain } from "../judge/explain.ts";
import type { JobSummary } from "../judge/summary.ts";
import { jobKey, type RunFact } from "../judge/watch.ts";
import { list, span } from "../judge/words.ts";
import { bytesText } from "./bytes.ts";
import { Icon, StatusWord, statusWord } from "./icons.tsx";
import { gravestFirst, Left } from "./many.tsx";
import { cell, escaped } from "./markup.ts";
import { jobPath } from "./paths.ts";
import { drawnRuns, Recent } from "./recent.tsx";
import { briefly, noneDue, Told, When } from "./time.tsx";

interface Props {
  readonly site: string;
  readonly jobs: readonly JobSummary[];
  /** How many of those that are well are shown, if they are many. */
  readonly wellMax: number;
  readonly now: number;
}

/** Of more jobs than this, those that are well come last and are told in few words. */
const FULL_MAX = 25;

export function Jobs({ site, jobs, wellMax, now }: Props) {
  if (jobs.length === 0) return null;
  const dense = jobs.length > FULL_MAX;
  const { shown, left } = dense ? gravestFirst(jobs, isWell, wellMax) : { shown: jobs, left: 0 };
  return (
    <section>
      <table class="jobs">
        <caption>Jobs</caption>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Status</th>
            <th scope="col">Runs</th>
            <th scope="col">Last run</th>
            <th scope="col">Took</th>
            <th scope="col">Moved</th>
            <th scope="col">Next due</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((job) =>
            dense && isWell(job) ? raw(wellRow(site, job, now)) : <Full site={site} job={job} now={now} />,
          )}
        </tbody>
      </table>
      <Left count={left} />
    </section>
  );
}

function isWell({ status }: JobSummary): boolean {
  return status === "ok";
}

interface RowProps {
  readonly site: string;
  readonly job: JobSummary;
  readonly now: number;
}

/** Few words, and as text: there may be a hundred of them. */
function wellRow(site: string, { host, job, last, dueAt, recent }: JobSummary, now: number): string {
  const name = `<a href="${escaped(jobPath(site, host, job))}">${escaped(job)}</a> <span class="at">on ${escaped(host)}</span>`;
  const cells = [
    cell("Status", statusWord("ok")),
    cell("Runs", drawnRuns(recent)),
    cell("Last run", last === null ? "none yet" : briefly(last.finishedAt, now)),
    cell("Took", last === null ? "–" : span(last.finishedAt - last.startedAt)),
    cell("Moved", last?.bytes === undefined ? "–" : bytesText(last.bytes)),
    cell("Next due", dueAt === null ? "–" : briefly(dueAt, now)),
  ];
  return `<tr><th scope="row">${name}</th>${cells.join("")}</tr>`;
}

function Full({ site, job, now }: RowProps) {
  const { host, status, reason, last, dueAt } = job;
  const worrying = job.readings.filter(({ verdict }) => verdict !== "ok");
  const saysItself = reason.code === "reading" && worrying.some(({ text }) => text === reason.text);
  return (
    <tr>
      <th scope="row">
        <a href={jobPath(site, host, job.job)}>{job.job}</a> <span class="at">on {host}</span>
        <span class="note">{purpose(job)}</span>
      </th>
      <td data-label="Status">
        <StatusWord mark={status} />
        {status === "ok" || saysItself ? null : (
          <span class="note">
            <Told text={explain(jobKey(host, job.job), reason, now)} />
          </span>
        )}
        <Readings readings={worrying} />
      </td>
      <td data-label="Runs">
        <Recent runs={job.recent} />
      </td>
      <td data-label="Last run">
        <LastRun job={job} now={now} />
      </td>
      <td class="num" data-label="Took">
        {last === null ? "–" : span(last.finishedAt - last.startedAt)}
      </td>
      <td class="num" data-label="Moved">
        {last?.bytes === undefined ? "–" : bytesText(last.bytes)}
      </td>
      <td data-label="Next due">{dueAt === null ? noneDue(status, "–") : <When at={dueAt} now={now} />}</td>
    </tr>
  );
}

/** `archive → staging: apps, photos`; of a looking job the tier it looks at. */
function purpose({ from, to, tier, datasets, tool }: JobSummary): string {
  if (from !== null && to !== null) return `${from} → ${to}: ${list(datasets)}`;
  return tier === null ? tool : `looks at ${tier}`;
}

function LastRun({ job, now }: { job: JobSummary; now: number }) {
  const { last, runningSince } = job;
  return (
    <>
      {runningSince === null ? null : <span class="note">running for {span(now - runningSince)}</span>}
      {last === null ? "none yet" : <Ended run={last} now={now} />}
    </>
  );
}

function Ended({ run, now }: { run: RunFact; now: number }) {
  return (
    <>
      {run.status.replace("_", " ")} <When at={run.finishedAt} now={now} />
    </>
  );
}

function Readings({ readings }: { readings: readonly Reading[] }) {
  if (readings.length === 0) return null;
  return (
    <ul class="readings">
      {readings.map(({ verdict, text }) => (
        <li>
          <Icon mark={verdict === "critical" ? "failed" : "degraded"} />
          {verdict}: {text}
        </li>
      ))}
    </ul>
  );
}
