/** A deadline and what a watch is before, at and after it. */
import type { OwnReason, Status } from "./watch.ts";

export interface Own {
  readonly status: Exclude<Status, "blocked" | "paused">;
  readonly reason: OwnReason;
  /** The next instant at which this changes if nothing arrives; null when only an arrival can change it. */
  readonly dueAt: number | null;
  /** When the miss is or would be certain; null when there is no deadline. */
  readonly missedAt: number | null;
}

/** What is made of a deadline: it may be excused. */
export type Temper = (own: Own) => Own;

/** Due from `dueAt`, missed from `missedAt`, both inclusive; `lastAt` null means nothing ever came. */
export interface Deadline {
  readonly dueAt: number;
  readonly missedAt: number;
  readonly lastAt: number | null;
}

export function byDeadline(deadline: Deadline, now: number): Own {
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
