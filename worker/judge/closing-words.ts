/** What is said of an incident that closed: how it ended, how long it lasted, what was missed meanwhile, and what came late. */
import type { Closed, Incident } from "./incident.ts";
import { missedRuns } from "./missed-runs.ts";
import { ownReason } from "./own-reason.ts";
import { nextSlot } from "./schedule.ts";
import { type CopyFacts, type JobFacts, type OwnReason, siteKey, type Watch } from "./watch.ts";
import { list, moment, nameOf, span } from "./words.ts";

export function closingTitle({ incident: { site, root }, ending }: Closed, after: readonly Watch[]): string {
  if (root === siteKey(site)) return `${site} is heard again`;
  const subject = `${site}: ${nameOf(root)}`;
  if (ending === "removed") return `${subject} is no longer watched`;
  if (ending === "paused") return `${subject} is paused`;
  if (root.startsWith("host:")) return `${subject} is heard again`;
  const watch = after.find(({ key }) => key === root);
  // Its plan was edited: so many failures are not told any more.
  if (watch?.reason.code === "tolerated") return `${subject} failed, which its plan now tolerates`;
  // Its start was told late: it is no miss any more, and no success yet.
  return `${subject} ${watch?.status === "late" ? "is under way" : "is well again"}`;
}

/** The lines under the title, without how the data stands. */
export function closingLines({ incident, closedAt, ending }: Closed, after: readonly Watch[]): string[] {
  const ended = ending === "recovered" ? lateWords(incident, after) : [];
  return [
    endLine(incident, closedAt, ending),
    ...missedLine(incident, closedAt, after),
    ...ended,
    ...stillBehind(after),
  ];
}

function endLine({ openedAt }: Incident, closedAt: number, ending: Closed["ending"]): string {
  const lasted = span(closedAt - openedAt);
  if (ending === "removed")
    return `It was taken out of what is watched at ${moment(closedAt)}, ${lasted} after it began.`;
  if (ending === "paused")
    return `It was paused at ${moment(closedAt)}, ${lasted} after it began; it is not judged until it is resumed.`;
  return `It began at ${moment(openedAt)} and lasted ${lasted}.`;
}

/** Runs that should have been meanwhile and were not: of an incident about a job that did not come. */
function missedLine({ root, subject, reason }: Incident, closedAt: number, after: readonly Watch[]): string[] {
  const watch = after.find(({ key }) => key === root);
  // One about a copy does not say that its job missed any run.
  if (subject !== root || watch?.spec.kind !== "job" || watch.facts.kind !== "job") return [];
  const own = ownReason(reason);
  const { schedule, plannedAt } = watch.spec;
  const fromAt =
    own.code === "never"
      ? nextSlot(schedule, plannedAt, false)
      : own.code === "overdue" || own.code === "not_started"
        ? own.dueAt
        : null;
  const count = fromAt === null ? 0 : missedRuns(watch.spec, watch.facts, fromAt, closedAt);
  return count === 0 ? [] : [count === 1 ? "One run was missed." : `${count} runs were missed.`];
}

/** What was in time and told late was no late backup, and the owner is to know. */
function lateWords({ subject, reason, openedAt }: Incident, after: readonly Watch[]): string[] {
  const facts = after.find(({ key }) => key === subject)?.facts;
  const own = ownReason(reason);
  if (facts?.kind === "job") return lateRun(subject, facts, own, openedAt);
  return facts?.kind === "copy" ? lateProof(subject, facts, own, openedAt) : [];
}

function lateRun(subject: string, { good }: JobFacts, own: OwnReason, openedAt: number): string[] {
  if (good === null || good.receivedAt <= openedAt) return [];
  const inTime =
    own.code === "not_started"
      ? good.startedAt <= openedAt
      : (own.code === "overdue" || own.code === "never" || own.code === "overrun") && good.finishedAt <= openedAt;
  const told = `finished at ${moment(good.finishedAt)}; only its report came late, at ${moment(good.receivedAt)}`;
  return inTime ? [`The backup itself was in time: ${nameOf(subject)} ${told}.`] : [];
}

function lateProof(subject: string, { good }: CopyFacts, own: OwnReason, openedAt: number): string[] {
  const wasOld = own.code === "overdue" || own.code === "never";
  if (good === null || !wasOld || good.seenAt > openedAt) return [];
  const seen = `was seen at ${moment(good.seenAt)} with data of ${moment(good.recoveryAt)}; only the report of it came late`;
  return [`The copy itself was in time: ${nameOf(subject)} ${seen}.`];
}

function stillBehind(after: readonly Watch[]): string[] {
  const behind = after.filter(({ reason }) => reason.code === "catching_up");
  if (behind.length === 0) return [];
  const latest = Math.max(...behind.map(({ dueAt }) => dueAt ?? 0));
  return [`Still to follow: ${list(behind.map(({ key }) => nameOf(key)))}, by ${moment(latest)}.`];
}
