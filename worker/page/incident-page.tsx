/** One incident: what was wrong and where to look, what hung on it, what happened in order, and what was learnt. */
import type { Child } from "hono/jsx";
import type { Cause } from "../judge/cause-tree.ts";
import type { KeptDelivery } from "../judge/delivered.ts";
import { explain } from "../judge/explain.ts";
import { titleAlone } from "../judge/headline.ts";
import { nextStep } from "../judge/next-step.ts";
import type { IncidentSummary } from "../judge/summary.ts";
import type { Happening } from "../judge/timeline.ts";
import type { Status } from "../judge/watch.ts";
import { nameOf, span } from "../judge/words.ts";
import { Icon, type Mark, StatusWord } from "./icons.tsx";
import { Coded } from "./incidents.tsx";
import { documentOf, Layout } from "./layout.tsx";
import { jobPath } from "./paths.ts";
import { Moment, Told, When } from "./time.tsx";

export interface IncidentView {
  readonly site: string;
  readonly incident: IncidentSummary;
  readonly tree: Cause;
  /** How the watches in the tree stand now, by their keys; none of an incident that is over. */
  readonly statuses: ReadonlyMap<string, Status>;
  readonly happenings: readonly Happening[];
  /** What its owner wrote about it; empty when nothing. */
  readonly note: string;
  /** What an owner can do about it; nothing for other readers. */
  readonly acts?: Child;
}

export function incidentPage(view: IncidentView, now: number): string {
  const { site, incident, tree, statuses, happenings, note, acts } = view;
  const { severity, openedAt, closedAt, subject, reason } = incident;
  const title = titleAlone(incident, site, closedAt ?? now);
  const mark = closedAt !== null ? "ok" : severity === "critical" ? "failed" : "degraded";
  return documentOf(
    <Layout title={`Tierwatch: ${title}`} renews={false} stale={false} aside={null} foot={null}>
      <div class="head-of">
        <p class="note">
          <a href="/incidents">Incidents</a> at {site}
        </p>
        <h1>
          <Icon mark={mark} /> <Told text={title} />
        </h1>
        <p class="loss">
          {severity}, {closedAt === null ? "opened " : "began "}
          <When at={openedAt} now={now} />
          {closedAt === null ? null : `, over after ${span(closedAt - openedAt)}`}
        </p>
        {reason.code === "reading" ? null : (
          <p class="told">
            <Told text={explain(subject, reason, closedAt ?? now)} />
          </p>
        )}
        {closedAt !== null ? null : (
          <p class="told">
            <strong>Next:</strong> <Coded text={nextStep(incident, site)} />
          </p>
        )}
      </div>
      {acts}
      <section>
        <h2>{closedAt === null ? "What hangs on it" : "What it was about"}</h2>
        <ul class="tree">
          <Branch cause={tree} isRoot={true} site={site} statuses={statuses} />
        </ul>
      </section>
      <section>
        <h2>What happened</h2>
        <ol class="timeline">
          {happenings.map((happening) => (
            <li class={`h-${happening.kind}`}>
              <span class="at">
                <Moment at={happening.at} />
              </span>
              <span>
                <Happened happening={happening} incident={incident} now={now} />
              </span>
            </li>
          ))}
        </ol>
      </section>
      {note === "" ? null : (
        <section>
          <h2>What was learnt</h2>
          <p class="told">{note}</p>
        </section>
      )}
    </Layout>,
  );
}

interface BranchProps extends Pick<IncidentView, "site" | "statuses"> {
  readonly cause: Cause;
  readonly isRoot: boolean;
}

function Branch({ cause: { key, children }, isRoot, site, statuses }: BranchProps) {
  const status = statuses.get(key);
  const [, host = null, job = null] = /^job:([^/]+)\/(.+)$/.exec(key) ?? [];
  return (
    <li>
      {host === null || job === null ? nameOf(key) : <a href={jobPath(site, host, job)}>{nameOf(key)}</a>}{" "}
      {status === undefined ? null : <StatusWord mark={status} />}
      {isRoot ? <span class="note">the root: the first that is broken</span> : null}
      {children.length === 0 ? null : (
        <ul>
          {children.map((child) => (
            <Branch cause={child} isRoot={false} site={site} statuses={statuses} />
          ))}
        </ul>
      )}
    </li>
  );
}

interface HappenedProps {
  readonly happening: Happening;
  readonly incident: IncidentSummary;
  readonly now: number;
}

function Happened({ happening, incident, now }: HappenedProps) {
  switch (happening.kind) {
    case "opened":
      return <>It began: {nameOf(incident.subject)} was no longer as it should be.</>;
    case "noticed":
      return <>It was noticed, {span(happening.at - incident.openedAt)} after it began.</>;
    case "acknowledged":
      return <>Acknowledged{happening.by === null ? "" : ` by ${happening.by}`}: no reminders until it changes.</>;
    case "snoozed":
      return (
        <>
          Snoozed until <Moment at={happening.untilAt ?? happening.at} />.
        </>
      );
    case "closed":
      return <>It was over.</>;
    case "told":
      return <Delivered delivery={happening.delivery} now={now} />;
  }
}

const MARKS: Record<KeptDelivery["state"], Mark> = {
  delivered: "ok",
  pending: "pending",
  held: "paused",
  dropped: "paused",
  refused: "failed",
  expired: "failed",
};

function Delivered({ delivery, now }: { delivery: KeptDelivery; now: number }) {
  const { channel, kind, title, state, error } = delivery;
  return (
    <>
      <Icon mark={MARKS[state]} /> <strong>{kind}</strong> to {channel}: {title}
      <span class="note">
        {outcome(delivery, now)}
        {error === null ? "" : `: ${error}`}
      </span>
    </>
  );
}

function outcome({ state, createdAt, dueAt, doneAt, attempts }: KeptDelivery, now: number): string {
  const tries = attempts < 2 ? "" : ` at try ${attempts}`;
  switch (state) {
    case "delivered":
      return `delivered${tries}${doneAt === null ? "" : ` after ${span(doneAt - createdAt)}`}`;
    case "pending":
      return dueAt === null || dueAt <= now ? "on its way" : `tried ${attempts} times; again in ${span(dueAt - now)}`;
    case "held":
      return dueAt === null ? "held back" : `held back for ${span(dueAt - now)} more, as its channel asks`;
    case "dropped":
      return "not sent: it was over, or somebody knew, before its channel wanted to hear";
    case "refused":
      return `refused${tries}`;
    case "expired":
      return "given up after three days";
  }
}
