/** Rule: once all faults have ended and had time to settle, what the worker holds is the truth. */
import type { Problem, SeenWatch } from "../history.ts";
import { lastDueSlot } from "./answers.ts";
import { wrongSince } from "./knowledge.ts";
import { valueAt } from "./steps.ts";
import { ROUNDING_MS, SECOND } from "./tolerances.ts";
import type { SiteView } from "./view.ts";
import { at as moment } from "./words.ts";
import { clockSlack } from "./wrong-clocks.ts";

/** `watches` are the site's, at the end. */
export function divergedState(view: SiteView, watches: readonly SeenWatch[]): Problem[] {
  const found = new Map(watches.map((watch) => [watch.key, watch]));
  const expected = [...view.hosts.map(({ key }) => key), ...view.jobs.keys(), ...view.copies.keys()];
  return [
    ...view.incidents.flatMap((incident) => {
      if (incident.closedAt !== null || wrongSince(view, incident.subject, view.endAt) !== undefined) return [];
      return [
        problem(view, incident.root, `its incident of ${moment(incident.openedAt)} is still open though all is well`),
      ];
    }),
    ...expected.flatMap((key) => {
      const complaint = complaintAbout(view, key, found.get(key));
      return complaint === undefined ? [] : [problem(view, key, complaint)];
    }),
  ];
}

function problem(view: SiteView, subject: string, complaint: string): Problem {
  const text = `at the end, ${moment(view.endAt)}, ${subject}: ${complaint}`;
  return { kind: "diverged_state", at: view.endAt, site: view.site, subject, text };
}

function complaintAbout(view: SiteView, key: string, watch: SeenWatch | undefined): string | undefined {
  if (watch === undefined) return "nobody watches it";
  const fine = ["ok", ...(mayBeLate(view, key) ? ["late"] : []), ...(neverDue(view, key) ? ["pending"] : [])];
  const wrong = wrongSince(view, key, view.endAt);
  if (wrong === undefined && !fine.includes(watch.status)) return `it is ${watch.status} though it is well`;
  if (wrong !== undefined && watch.status === "ok") return `it is ok though it is wrong since ${moment(wrong)}`;
  const copy = view.copies.get(key);
  if (copy === undefined) return undefined;
  const told = valueAt<number | null>(copy.told, view.endAt, null);
  const slackMs = ROUNDING_MS + clockSlack(view, key, told ?? view.endAt, view.endAt);
  if (told === watch.recoveryAt || Math.abs((told ?? 0) - (watch.recoveryAt ?? 0)) <= slackMs) return undefined;
  return `its recovery point is ${said(watch.recoveryAt)}, and what was told proves ${said(told)}`;
}

function said(instant: number | null): string {
  return instant === null ? "none" : moment(instant);
}

/** Past its slot or beat but inside its grace. */
function mayBeLate(view: SiteView, key: string): boolean {
  const host = view.hosts.find((candidate) => candidate.key === key);
  if (host !== undefined)
    return valueAt(host.life, view.endAt, view.startAt) + host.everyMs <= view.endAt + ROUNDING_MS;
  const job = view.jobs.get(key);
  if (job === undefined) return false;
  if (job.slots === undefined) return true;
  const due = lastDueSlot(job, view.endAt + job.job.graceSeconds * SECOND);
  return due !== undefined && due > (lastDueSlot(job, view.endAt) ?? Number.NEGATIVE_INFINITY);
}

/** Nothing of it was ever told, and nothing was due yet. */
function neverDue(view: SiteView, key: string): boolean {
  const job = view.jobs.get(key);
  if (job !== undefined) return !job.runs.some(({ heardAt }) => heardAt !== null);
  const copy = view.copies.get(key);
  return copy !== undefined && copy.sighted.length === 0;
}
