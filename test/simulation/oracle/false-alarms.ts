/**
 * Rule: no incident without a true cause. What it names has to be wrong when it is noticed, as far as anybody at the worker
 * could know, and since no later than it says. A backup that was in time but whose report is held back is told as the
 * silence of its host, never as a miss: a miss may be told only when the host has spoken since the run ended and said nothing
 * of it (then nobody could know better), or while its next beat is not due yet (then nobody could know that it is held back).
 */
import type { Problem, SeenIncident } from "../history.ts";
import { lastDueSlot } from "./answers.ts";
import { SAID_NOTHING } from "./failures.ts";
import { deadlineOf, hostOf, isSilent, unbegunSince, unendedSince, wrongSince } from "./knowledge.ts";
import { reachedAt, valueAt } from "./steps.ts";
import { BLIND_AFTER_MS, EARLY_START_MS, ROUNDING_MS, SECOND, SWEEP_LASTS_MS } from "./tolerances.ts";
import { type CopyTruth, type HostTruth, siteKeyOf } from "./truth.ts";
import { type JobView, rootsFor, type SiteView } from "./view.ts";
import { at as moment } from "./words.ts";
import { clockSlack } from "./wrong-clocks.ts";

export function falseAlarms(view: SiteView): Problem[] {
  return view.incidents.flatMap((incident) => {
    const { noticedAt } = incident;
    const complaint = complaintAbout(view, incident, noticedAt);
    const later = complaint && complaintAbout(view, incident, noticedAt + SWEEP_LASTS_MS);
    return complaint === undefined || later === undefined ? [] : [problemOf(view, incident, complaint)];
  });
}

function problemOf(view: SiteView, incident: SeenIncident, complaint: string): Problem {
  const { noticedAt, root, subject, openedAt } = incident;
  const about = subject === root ? root : `${root} because of ${subject}`;
  const text = `the incident of ${about}, open since ${moment(openedAt)} and noticed ${moment(noticedAt)}: ${complaint}`;
  return { kind: "false_alarm", at: noticedAt, site: view.site, subject: root, text };
}

/** What is wrong with an incident by what was known at `at`. */
function complaintAbout(view: SiteView, incident: SeenIncident, at: number): string | undefined {
  const { root, subject, openedAt, noticedAt } = incident;
  if (openedAt > noticedAt) return "it was noticed before it began";
  if (root === siteKeyOf(view.site)) return siteComplaint(view, incident, at);
  if (!rootsFor(view, subject).has(root)) return `${root} is nothing that ${subject} hangs on`;
  const rootHost = hostOf(view, root);
  if (rootHost !== undefined) return hostComplaint(view, rootHost, incident, at);
  const slackMs = slackOf(view, subject, incident);
  const since = wrongSince(view, subject, at, slackMs);
  if (since === undefined) return `nothing was wrong with ${subject} by what the worker had been told`;
  if (openedAt < since - slackMs) return `${subject} was wrong only since ${moment(since)}`;
  return heldBack(view, subject, since, at) ?? wrongHop(view, incident, at);
}

/** Told times may be off by rounding and by wrong clocks. */
function slackOf(view: SiteView, key: string, { openedAt, noticedAt }: SeenIncident): number {
  return ROUNDING_MS + clockSlack(view, key, openedAt, noticedAt);
}

function siteComplaint(view: SiteView, incident: SeenIncident, at: number): string | undefined {
  const { openedAt } = incident;
  const heard = view.hosts.find((host) => !isSilent(view, host, at, slackOf(view, host.key, incident)));
  if (heard !== undefined) return `${heard.key} was heard of`;
  const deadlines = view.hosts.map((host) => deadlineOf(view, host, at) - slackOf(view, host.key, incident));
  const firstAt = Math.min(...deadlines);
  if (openedAt < firstAt) return `no host was silent before ${moment(firstAt)}`;
  const fair = view.hosts.find((host) => blindSilence(view, host, at) === undefined);
  return fair === undefined ? "the clocks had been blind, and no host had had its window since" : undefined;
}

function hostComplaint(view: SiteView, host: HostTruth, incident: SeenIncident, at: number): string | undefined {
  const { openedAt } = incident;
  const slackMs = slackOf(view, host.key, incident);
  if (!isSilent(view, host, at, slackMs)) return "the host was heard of";
  const since = deadlineOf(view, host, at);
  if (openedAt < since - slackMs) return `the host was silent only since ${moment(since)}`;
  return blindSilence(view, host, at);
}

/** After a blind interval a host that was not overdue before it has its whole window once more. */
function blindSilence(view: SiteView, host: HostTruth, at: number): string | undefined {
  const blind = view.clocks.stopBefore(at, BLIND_AFTER_MS);
  if (blind === undefined || deadlineOf(view, host, at) <= blind.from) return undefined;
  if (at >= blind.until + host.everyMs + host.graceMs - ROUNDING_MS) return undefined;
  return `the clocks had been blind until ${moment(blind.until)}, and the host had not had its window since`;
}

/** The thing was well in truth, and no host that could have said so had spoken since: nobody may call it wrong. */
function heldBack(view: SiteView, key: string, since: number, at: number): string | undefined {
  const copy = view.copies.get(key);
  if (copy !== undefined) return copyHeldBack(copy, at);
  const job = view.jobs.get(key);
  if (job === undefined || valueAt(job.said, at, SAID_NOTHING).weight !== "no") return undefined;
  if (unendedSince(job, at) <= at || unbegunSince(view, job, at) <= at) return undefined;
  const slot = lastDueSlot(job, at);
  const deadlineAt = slot === undefined ? since : slot + job.job.graceSeconds * SECOND;
  const needed = slot === undefined ? deadlineAt - windowOf(job) : slot - EARLY_START_MS;
  const good = job.runs.find(
    ({ startedAt, finishedAt, status }) =>
      startedAt >= needed &&
      finishedAt !== null &&
      finishedAt <= deadlineAt &&
      (status === "succeeded" || status === "warned"),
  );
  if (good?.finishedAt === undefined || good.finishedAt === null) return undefined;
  const heardAt = valueAt(job.host.life, at, Number.NEGATIVE_INFINITY);
  if (heardAt >= good.finishedAt || at < heardAt + job.host.everyMs) return undefined;
  return `its run of ${moment(good.startedAt)} was in time, and the host had not spoken since it ended`;
}

function windowOf({ job }: JobView): number {
  return "everySeconds" in job.schedule ? (job.schedule.everySeconds + job.graceSeconds) * SECOND : 0;
}

function copyHeldBack(copy: CopyTruth, at: number): string | undefined {
  if (!copy.proven || copy.sighters.size === 0) return undefined;
  const arrivedAt = reachedAt(copy.held, at - copy.windowMs + 1);
  const spoke = [...copy.sighters].some(({ life, everyMs }) => {
    const heardAt = valueAt(life, at, Number.NEGATIVE_INFINITY);
    return heardAt >= arrivedAt || at < heardAt + everyMs;
  });
  if (arrivedAt > at || spoke) return undefined;
  return `it held young enough data since ${moment(arrivedAt)}, and no host that sees it had spoken since`;
}

/** A hop that carried newer data than the subject holds is not where the data stopped. */
function wrongHop(view: SiteView, { root, subject }: SeenIncident, at: number): string | undefined {
  const stuck = view.copies.get(subject);
  const job = view.jobs.get(root);
  if (stuck === undefined || job === undefined || stuck.feeders.includes(job)) return undefined;
  if (wrongSince(view, root, at) !== undefined) return undefined;
  const carried = view.copies.get(`copy:${stuck.dataset}/${job.job.to ?? ""}`);
  if (carried === undefined || carried === stuck) return undefined;
  const [there, here] = [carried, stuck].map(({ told }) => valueAt(told, at, view.startAt));
  if (there === undefined || here === undefined || there <= here + ROUNDING_MS) return undefined;
  return `data of ${moment(there)} had come through that hop, later than the ${moment(here)} that ${subject} holds`;
}
