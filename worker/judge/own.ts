/** A watch's status seen alone: what its own spec and facts say at `now`, before anybody asks for the cause. */
import { nextSlot } from "./schedule.ts";
import type { CopyFacts, CopySpec, HostFacts, HostSpec, JobFacts, JobSpec, OwnReason, Status, Watch } from "./watch.ts";

export interface Own {
  readonly status: Exclude<Status, "blocked" | "paused">;
  readonly reason: OwnReason;
  /** The next instant at which this changes if nothing arrives; null when only an arrival can change it. */
  readonly dueAt: number | null;
  /** When the miss is or would be certain; null when there is no deadline. */
  readonly missedAt: number | null;
}

/** Due from `dueAt`, missed from `missedAt`, both inclusive; `lastAt` null means nothing ever came. */
interface Deadline {
  readonly dueAt: number;
  readonly missedAt: number;
  readonly lastAt: number | null;
}

export function ownStatus(watch: Pick<Watch, "spec" | "facts">, now: number): Own {
  const { spec, facts } = watch;
  if (spec.kind === "host" && facts.kind === "host") return byDeadline(hostDeadline(spec, facts), now);
  if (spec.kind === "job" && facts.kind === "job") return badRun(facts) ?? jobStatus(spec, facts, now);
  if (spec.kind === "copy" && facts.kind === "copy")
    return badProof(facts) ?? byDeadline(copyDeadline(spec, facts), now);
  throw new Error(`a ${spec.kind} watch holds ${facts.kind} facts`);
}

/** When the silence of a host is certain. */
export function hostDeadline(spec: HostSpec, facts: HostFacts): Deadline {
  const dueAt = (facts.heardAt ?? spec.plannedAt) + spec.everySeconds * 1000;
  return { dueAt, missedAt: dueAt + spec.graceSeconds * 1000, lastAt: facts.heardAt };
}

function jobStatus(spec: JobSpec, facts: JobFacts, now: number): Own {
  const deadline = jobDeadline(spec, facts);
  if (deadline !== null) return byDeadline(deadline, now);
  // A schedule that never comes round asks for nothing more, but only a success makes a watch ok.
  return { status: facts.good === null ? "pending" : "ok", reason: { code: "fine" }, dueAt: null, missedAt: null };
}

function jobDeadline(spec: JobSpec, facts: JobFacts): Deadline | null {
  const lastAt = facts.good?.startedAt ?? null;
  const dueAt = nextSlot(spec.schedule, lastAt ?? spec.plannedAt, lastAt !== null);
  if (dueAt === null) return null;
  return { dueAt, missedAt: dueAt + spec.graceSeconds * 1000, lastAt };
}

/** A copy has no grace: its window already is the tolerance. */
function copyDeadline(spec: CopySpec, facts: CopyFacts): Deadline {
  const lastAt = facts.good?.recoveryAt ?? null;
  const missedAt = (lastAt ?? spec.plannedAt) + spec.windowSeconds * 1000;
  return { dueAt: missedAt, missedAt, lastAt };
}

function byDeadline(deadline: Deadline, now: number): Own {
  const { dueAt, missedAt, lastAt } = deadline;
  if (now >= missedAt) {
    const reason: OwnReason =
      lastAt === null
        ? { code: "never", deadlineAt: missedAt }
        : { code: "overdue", dueAt, deadlineAt: missedAt, lastAt };
    return { status: "missed", reason, dueAt: null, missedAt };
  }
  if (lastAt === null) {
    return { status: "pending", reason: { code: "never", deadlineAt: missedAt }, dueAt: missedAt, missedAt };
  }
  if (now >= dueAt) {
    const reason: OwnReason = { code: "overdue", dueAt, deadlineAt: missedAt, lastAt };
    return { status: "late", reason, dueAt: missedAt, missedAt };
  }
  return { status: "ok", reason: { code: "fine" }, dueAt, missedAt };
}

function badRun(facts: JobFacts): Own | null {
  const { good, bad } = facts;
  if (bad === null || (good !== null && good.startedAt >= bad.startedAt)) return null;
  const reason: OwnReason =
    bad.reading === undefined
      ? { code: "run", at: bad.finishedAt, status: bad.status, text: bad.reason ?? endOf(bad) }
      : { code: "reading", at: bad.finishedAt, verdict: bad.reading.verdict, text: bad.reading.text };
  return { status: "failed", reason, dueAt: null, missedAt: null };
}

function endOf(run: { status: string; exitCode?: number | undefined; signal?: string | undefined }): string {
  if (run.status === "timed_out") return "it ran out of time and was ended";
  if (run.signal !== undefined) return `it was ended by ${run.signal}`;
  return run.exitCode === undefined ? "it failed" : `it ended with exit code ${run.exitCode}`;
}

function badProof(facts: CopyFacts): Own | null {
  const { good, bad } = facts;
  if (bad === null || (good !== null && good.seenAt >= bad.at)) return null;
  return { status: "failed", reason: { code: "mismatch", at: bad.at, text: bad.text }, dueAt: null, missedAt: null };
}
