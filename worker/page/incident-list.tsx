/** Every incident: those that are open, and past ones from the newest back, a page at a time. */
import { titleAlone } from "../judge/headline.ts";
import type { IncidentSummary } from "../judge/summary.ts";
import { span } from "../judge/words.ts";
import { Icon } from "./icons.tsx";
import { documentOf, Layout } from "./layout.tsx";
import { incidentPath } from "./paths.ts";
import { When } from "./time.tsx";

export interface Listed {
  readonly site: string;
  readonly incident: IncidentSummary;
}

interface Props {
  /** Empty on pages of older ones. */
  readonly open: readonly Listed[];
  readonly past: readonly Listed[];
  /** The start of the oldest one shown, when there are older ones. */
  readonly olderThan: number | null;
  readonly isFirst: boolean;
}

export function incidentsPage({ open, past, olderThan, isFirst }: Props, now: number): string {
  return documentOf(
    <Layout title="Tierwatch: incidents" renews={false} stale={false} aside={null} foot={null}>
      <div class="head-of">
        <h1>{isFirst ? sentence(open.length) : "Older incidents"}</h1>
      </div>
      {open.length === 0 ? null : (
        <section>
          <h2>Open</h2>
          <List of={open} now={now} />
        </section>
      )}
      <section>
        <h2>Past</h2>
        {past.length === 0 ? (
          <p class="note">None{isFirst ? " yet" : " older than this"}.</p>
        ) : (
          <List of={past} now={now} />
        )}
        {olderThan === null ? null : (
          <p class="older">
            <a href={`/incidents?before=${olderThan}`}>Older incidents</a>
          </p>
        )}
      </section>
    </Layout>,
  );
}

function sentence(open: number): string {
  if (open === 0) return "Nothing is open.";
  return open === 1 ? "One incident is open." : `${open} incidents are open.`;
}

function List({ of, now }: { of: readonly Listed[]; now: number }) {
  return (
    <ul class="incidents">
      {of.map(({ site, incident }) => (
        <li>
          <Icon mark={markOf(incident)} />
          <span>
            <a href={incidentPath(incident.id)}>{titleAlone(incident, site, incident.closedAt ?? now)}</a>
            <span class="note">
              {incident.severity} at {site}, {incident.closedAt === null ? "opened " : "began "}
              <When at={incident.openedAt} now={now} />
              {incident.closedAt === null ? null : `, lasted ${span(incident.closedAt - incident.openedAt)}`}
              {incident.acknowledged && incident.closedAt === null ? ", acknowledged" : null}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function markOf({ closedAt, severity }: IncidentSummary) {
  if (closedAt !== null) return "ok";
  return severity === "critical" ? "failed" : "degraded";
}
