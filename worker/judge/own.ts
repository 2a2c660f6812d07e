/** A watch's status seen alone: what its own spec and facts say at `now`, before anybody asks for the cause. */
import { byDeadline, type Deadline, type Own, type Temper } from "./deadline.ts";
import { depthFault } from "./depth.ts";
import { jobStatus } from "./own-job.ts";
import type { CopyFacts, CopySpec, HostFacts, HostSpec, OwnReason, Watch } from "./watch.ts";

/** `reason`, the one it had, is read for hysteresis alone. */
type Alone = Pick<Watch, "spec" | "facts"> & Partial<Pick<Watch, "reason">>;

/** `temper` is asked of each deadline before the gravest of what is wrong speaks. */
export function ownStatus(watch: Alone, now: number, temper: Temper = (own) => own): Own {
  const { spec, facts } = watch;
  if (spec.kind === "host" && facts.kind === "host") return temper(byDeadline(hostDeadline(spec, facts), now));
  if (spec.kind === "job" && facts.kind === "job") return jobStatus(spec, facts, watch.reason, now, temper);
  if (spec.kind === "copy" && facts.kind === "copy") return copyStatus(spec, facts, now, temper);
  throw new Error(`a ${spec.kind} watch holds ${facts.kind} facts`);
}

/** When the silence of a host is certain. */
export function hostDeadline(spec: HostSpec, facts: HostFacts): Deadline {
  const dueAt = (facts.heardAt ?? spec.plannedAt) + spec.everySeconds * 1000;
  return { dueAt, missedAt: dueAt + spec.graceSeconds * 1000, lastAt: facts.heardAt };
}

/** Files that differ first, then age, then how far back it reaches: what is there now weighs more than what was. */
function copyStatus(spec: CopySpec, facts: CopyFacts, now: number, temper: Temper): Own {
  const told = badProof(facts);
  if (told !== null) return told;
  const aged = temper(byDeadline(copyDeadline(spec, facts), now));
  const shallow = aged.status === "missed" ? null : shallowness(spec, facts, now);
  return shallow === null ? aged : { ...aged, status: "failed", reason: shallow };
}

function shallowness(spec: CopySpec, { depth }: CopyFacts, now: number): OwnReason | null {
  const fault = depthFault(depth, spec.depth ?? {}, spec.plannedAt, now);
  const at = Math.max(0, ...depth.map((look) => look.at));
  return fault === null ? null : { code: "depth", at, severity: fault.severity, text: fault.text };
}

/** A copy has no grace: its window already is the tolerance. */
function copyDeadline(spec: CopySpec, facts: CopyFacts): Deadline {
  const lastAt = facts.good?.recoveryAt ?? null;
  const missedAt = (lastAt ?? spec.plannedAt) + spec.windowSeconds * 1000;
  return { dueAt: missedAt, missedAt, lastAt };
}

/** Files that differed stay so until a later look at data at least as new found none. */
function badProof({ good, bad }: CopyFacts): Own | null {
  if (bad === null) return null;
  if (good !== null && good.seenAt >= bad.at && good.recoveryAt >= bad.bornAt) return null;
  return { status: "failed", reason: { code: "mismatch", at: bad.at, text: bad.text }, dueAt: null, missedAt: null };
}
