/** The pages of a job and of incidents in the states that they have to show, from the sample sites and a job's long past. */
import { causeTree } from "../../worker/judge/cause-tree.ts";
import { daysOf, historyFrom } from "../../worker/judge/days.ts";
import type { KeptDelivery } from "../../worker/judge/delivered.ts";
import { UNATTENDED } from "../../worker/judge/incident.ts";
import { mergeRun } from "../../worker/judge/merge.ts";
import { type LoggedRun, publicRun } from "../../worker/judge/past-run.ts";
import { scheduleWords } from "../../worker/judge/schedule-words.ts";
import { timelineOf } from "../../worker/judge/timeline.ts";
import { publicSeries, seriesOf } from "../../worker/judge/usual.ts";
import type { JobFacts, JobSpec, RunFact } from "../../worker/judge/watch.ts";
import type { IncidentView } from "../../worker/page/incident-page.tsx";
import type { JobView } from "../../worker/page/job-page.tsx";
import { nightlyRuns } from "./sample-large.ts";
import { healthy, NOW, stuckSync } from "./sample-summary.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LAST = Date.parse("2026-11-23T03:00:00Z");

const spec: JobSpec = {
  kind: "job",
  host: "corenas",
  job: "sync",
  tool: "syncthing",
  schedule: { cron: "0 3 * * *", zone: "UTC" },
  graceSeconds: 3600,
  plannedAt: NOW - 80 * DAY,
  datasets: ["apps", "photos"],
  from: "archive",
  to: "staging",
  proof: "marker",
};

const none: JobFacts = { kind: "job", good: null, bad: null, skipped: null, runs: [], readings: null, unusual: null };

function logged(run: RunFact): LoggedRun {
  const { id, status, startedAt, finishedAt, receivedAt, reason, exitCode, bytes, files } = run;
  const told = { reason: reason ?? null, exitCode: exitCode ?? null, bytes: bytes ?? null, files: files ?? null };
  const times = { startedAt, finishedAt, receivedAt };
  return { id, status, ...times, ...told, signal: null, deletions: null, errors: null, hasLog: status !== "succeeded" };
}

/** The page of a job with 80 days behind it: failures, a missed night, a silence, a blind interval. */
export function jobView(isOwner: boolean, late = 0): JobView {
  const [site] = (late === 0 ? healthy() : stuckSync()).sites;
  const job = site?.jobs.find((one) => one.job === "sync");
  if (site === undefined || job === undefined) throw new Error("a sample has a sync");
  const runs = nightlyRuns(7, 79 - late, LAST - late * DAY).filter((_, i) => i !== 40 && i !== 41);
  const facts = runs.reduce((known, run) => mergeRun(known, run), none);
  const silence = { id: "s", site: "home", kind: "silence" as const, scope: "site:home", recurs: null };
  const history = {
    runs,
    knownAt: historyFrom(NOW),
    acts: [{ ...silence, fromAt: NOW - 30 * DAY, untilAt: NOW - 26 * DAY }],
    blinds: [{ fromAt: NOW - 12 * DAY, untilAt: NOW - 12 * DAY + 2 * HOUR }],
  };
  const series = seriesOf(spec, facts);
  const shown = runs.slice(-25).reverse().map(logged);
  return {
    site: "home",
    job,
    schedule: scheduleWords(spec.schedule),
    graceSeconds: spec.graceSeconds,
    copies: site.copies.filter(({ tier }) => tier === "staging"),
    incidents: site.incidents.filter(({ root }) => root === "job:corenas/sync"),
    days: daysOf(spec, history, NOW),
    series: isOwner ? series : publicSeries(series),
    runs: isOwner ? shown : shown.map(publicRun),
    olderThan: runs.at(-25)?.startedAt ?? null,
    isOwner,
    stale: false,
  };
}

const sent = { title: "home: sync (archive → staging) stuck, apps in staging is 30 h old", dueAt: null, error: null };
const opened = NOW - 28 * HOUR;

const deliveries: readonly KeptDelivery[] = [
  {
    ...sent,
    channel: "mail",
    kind: "opened",
    state: "delivered",
    createdAt: opened,
    doneAt: opened + 4000,
    attempts: 1,
  },
  {
    ...sent,
    channel: "phones",
    kind: "opened",
    state: "delivered",
    createdAt: opened,
    doneAt: opened + 90_000,
    attempts: 3,
  },
  {
    ...sent,
    channel: "hook",
    kind: "opened",
    state: "expired",
    createdAt: opened,
    doneAt: NOW - HOUR,
    attempts: 40,
    error: "status 500",
  },
  {
    ...sent,
    channel: "second",
    kind: "opened",
    state: "held",
    createdAt: opened,
    doneAt: null,
    dueAt: NOW + HOUR,
    attempts: 0,
  },
  { ...sent, channel: "mail", kind: "reminder", state: "pending", createdAt: opened + DAY, doneAt: null, attempts: 0 },
];

/** The open incident of a sync that is stuck, with all that can have happened to it. */
export function incidentView(): IncidentView {
  const [site] = stuckSync().sites;
  const incident = site?.incidents[0];
  if (site === undefined || incident === undefined) throw new Error("the sample has an incident");
  const { id, root, severity, subject, reason } = incident;
  const attention = { ...UNATTENDED, ackedAt: NOW - 20 * HOUR, ackedBy: "anna", snoozedUntil: NOW + DAY };
  const kept = {
    id,
    site: "home",
    root,
    severity,
    subject,
    reason,
    openedAt: opened,
    noticedAt: opened,
    closedAt: null,
  };
  const keys = [
    subject,
    ...site.copies.filter(({ status }) => status !== "ok").map((of) => `copy:${of.dataset}/${of.tier}`),
  ];
  const statuses = new Map<string, "missed" | "blocked">(
    keys.map((key) => [key, key.endsWith("offsite") ? "blocked" : "missed"]),
  );
  return {
    site: "home",
    incident,
    tree: causeTree("home", root, keys, watchesOf(site.copies)),
    statuses: statuses.set(root, "missed"),
    happenings: timelineOf({ ...kept, attention }, deliveries),
    note: "The switch in the cellar had hung itself up; it is on the battery now.",
  };
}

type Copies = NonNullable<ReturnType<typeof stuckSync>["sites"][number]>["copies"];

function watchesOf(copies: Copies) {
  return copies.map(({ dataset, tier, windowSeconds, feeds }) => ({
    site: "home",
    key: `copy:${dataset}/${tier}`,
    version: 1,
    spec: {
      kind: "copy" as const,
      dataset,
      tier,
      born: "fast",
      windowSeconds,
      proof: "marker" as const,
      feeds: feeds.map((key) => ({ key, host: "corenas", from: tier === "offsite" ? "staging" : "archive" })),
      plannedAt: 0,
    },
    facts: { kind: "copy" as const, good: null, bad: null, depth: [] },
    status: "missed" as const,
    reason: { code: "fine" as const },
    sinceAt: 0,
    dueAt: null,
    heldUntil: null,
    incidentId: null,
  }));
}
