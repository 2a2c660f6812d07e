/** What is open, with where to look first; and what was closed lately. */
import { explain } from "../judge/explain.ts";
import { incidentTitle, openIncidents } from "../judge/headline.ts";
import { nextStep } from "../judge/next-step.ts";
import type { IncidentSummary, SiteSummary } from "../judge/summary.ts";
import { jobKey } from "../judge/watch.ts";
import { list, nameOf, span } from "../judge/words.ts";
import { Icon } from "./icons.tsx";
import { incidentPath } from "./paths.ts";
import { Moment, Told, When } from "./time.tsx";

/** Names of blocked watches that are written out. */
const BLOCKED_MAX = 8;

interface Props {
  readonly incident: IncidentSummary;
  readonly site: SiteSummary;
  readonly now: number;
}

/** Of all sites, so that nothing open stands below a chain that is well. */
export function OpenIncidents({ sites, now }: { sites: readonly SiteSummary[]; now: number }) {
  const open = sites.flatMap((site) => openIncidents(site).map((incident) => ({ site, incident })));
  if (open.length === 0) return null;
  return (
    <section class="open">
      <h2>{open.length === 1 ? "Open incident" : `${open.length} open incidents`}</h2>
      <ul>
        {open.map(({ site, incident }) => (
          <Open incident={incident} site={site} now={now} />
        ))}
      </ul>
    </section>
  );
}

function Open({ incident, site, now }: Props) {
  const { severity, openedAt, blocked, subject, reason } = incident;
  return (
    <li class={`incident ${severity}`}>
      <h3>
        <Icon mark={severity === "critical" ? "failed" : "degraded"} />
        <a href={incidentPath(incident.id)}>{incidentTitle(incident, site, now)}</a>
      </h3>
      <p>
        <span class="severity">{severity}</span> at {site.name} since <When at={openedAt} now={now} />
      </p>
      {reason.code === "reading" ? null : (
        <p>
          <Told text={explain(subject, reason, now)} />
        </p>
      )}
      <Attended incident={incident} />
      <LastRun root={incident.root} site={site} now={now} />
      {blocked.length === 0 ? null : <p>Blocked behind it: {list(blocked.map(nameOf), BLOCKED_MAX)}.</p>}
      <p class="next">
        <strong>Next:</strong> <Coded text={nextStep(incident, site.name)} />
      </p>
    </li>
  );
}

/** Why it is quiet although it is open. */
function Attended({ incident }: { incident: IncidentSummary }) {
  const { silenced, acknowledged, snoozedUntil, flapping } = incident;
  return (
    <>
      {silenced ? <p>A silence holds its alert back.</p> : null}
      {acknowledged ? <p>Acknowledged: no reminders until it changes.</p> : null}
      {snoozedUntil === null ? null : (
        <p>
          Snoozed until <Moment at={snoozedUntil} />.
        </p>
      )}
      {flapping ? <p>It goes to and fro: it closes when it was well for an hour.</p> : null}
    </>
  );
}

/** What the broken hop's own job last did. */
function LastRun({ root, site, now }: { root: string; site: SiteSummary; now: number }) {
  const job = site.jobs.find((candidate) => jobKey(candidate.host, candidate.job) === root);
  if (job === undefined) return null;
  if (job.last === null) return <p>{nameOf(root)} has never finished a run.</p>;
  return (
    <p>
      {nameOf(root)} last ended: {job.last.status.replace("_", " ")}, <When at={job.last.finishedAt} now={now} />
    </p>
  );
}

/** Text in which what stands between backticks is code. */
export function Coded({ text }: { text: string }) {
  return <>{text.split("`").map((part, i) => (i % 2 === 1 ? <code>{part}</code> : part))}</>;
}

export function ClosedIncidents({ site }: { site: SiteSummary }) {
  const closed = site.incidents.flatMap((incident) =>
    incident.closedAt === null ? [] : [{ incident, closedAt: incident.closedAt }],
  );
  if (closed.length === 0) return null;
  return (
    <section>
      <h3>Closed lately</h3>
      <ul class="closed">
        {closed.map(({ incident, closedAt }) => (
          <li>
            <a href={incidentPath(incident.id)}>{incidentTitle(incident, site, closedAt)}</a>{" "}
            <span class="at">
              <Moment at={incident.openedAt} />, lasted {span(closedAt - incident.openedAt)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
