/** From a plan to the watches it asks for: new ones pending with a deadline, known ones with what they proved so far. */
import { contradictions, type HostPlan, specsOf } from "./chain.ts";
import { ownStatus } from "./own.ts";
import { noFacts, type Spec, type Watch } from "./watch.ts";

/** A watch that nothing was heard of yet. */
export function plannedWatch(site: string, key: string, spec: Spec, now: number): Watch {
  const facts = noFacts(spec.kind);
  const { dueAt, reason } = ownStatus({ spec, facts }, now);
  const status = "pending";
  return { site, key, version: 1, spec, facts, status, reason, sinceAt: now, dueAt, heldUntil: null, incidentId: null };
}

export interface Replanned {
  readonly put: readonly Watch[];
  readonly removed: readonly string[];
}

/** The change from the watches there are to those that the plans of all hosts ask for, or why the plans do not fit. */
export function replan(
  site: string,
  plans: readonly HostPlan[],
  watches: readonly Watch[],
  now: number,
): Replanned | string[] {
  const faults = contradictions(plans);
  if (faults.length > 0) return faults;
  const known = new Map(watches.map((watch) => [watch.key, watch]));
  const specs = specsOf(plans);
  const put = [...specs].map(([key, spec]): Watch => {
    const old = known.get(key);
    if (old === undefined) return plannedWatch(site, key, spec, now);
    return { ...old, spec: respecified(old.spec, spec, now), dueAt: now };
  });
  const removed = watches.filter(({ key, spec }) => !specs.has(key) && spec.kind !== "host").map(({ key }) => key);
  return { put, removed };
}

/** Counted from when it was first planned: putting a plan again must not postpone a deadline. */
function respecified(old: Spec, asked: Spec, now: number): Spec {
  const spec: Spec = { ...asked, plannedAt: old.plannedAt };
  const { editedAt, ...before } = old;
  if (JSON.stringify(sorted(spec)) !== JSON.stringify(sorted(before))) return { ...spec, editedAt: now };
  return editedAt === undefined ? spec : { ...spec, editedAt };
}

/** A spec from the database has its fields in the order of its schema, one from a plan in the order it was made in. */
function sorted(spec: object): object {
  return Object.fromEntries(Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1)));
}
