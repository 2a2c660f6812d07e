/** Why a watch has its status, in one short sentence for a person: what the page says beside the status. */
import { type OwnReason, PAUSE, type Reason } from "./watch.ts";
import { moment, nameOf, span } from "./words.ts";

type Kind = "host" | "job" | "copy";

/** The sentence for the watch of `key` (`host:…`, `job:…`, `copy:…`) as of `now`, in milliseconds. */
export function explain(key: string, reason: Reason, now: number): string {
  switch (reason.code) {
    case "blocked":
      return `Blocked behind ${nameOf(reason.by)}.`;
    case "waiting":
      return `Past due. Whether ${nameOf(reason.by)} is the cause is known by ${moment(reason.untilAt)}.`;
    case "paused":
      return reason.untilAt === null ? "Paused until it is resumed." : `Paused until ${moment(reason.untilAt)}.`;
    case "catching_up":
      if (reason.after === PAUSE) return `Its pause is over; it has until ${moment(reason.untilAt)} to be well.`;
      return `${nameOf(reason.after)} is ${/^(host|site):/.test(reason.after) ? "heard" : "well"} again; this has until ${moment(reason.untilAt)} to follow.`;
    default:
      return explainOwn(kindOf(key), reason, now);
  }
}

function explainOwn(kind: Kind, reason: OwnReason, now: number): string {
  switch (reason.code) {
    case "fine":
      return FINE[kind];
    case "never":
      return now < reason.deadlineAt
        ? `Nothing came yet; it has until ${moment(reason.deadlineAt)}.`
        : `Nothing ever came; it had to by ${moment(reason.deadlineAt)}.`;
    case "overdue":
      return now < reason.deadlineAt
        ? `Due since ${moment(reason.dueAt)}; missed if it has not come by ${moment(reason.deadlineAt)}.`
        : overdue(kind, reason);
    case "unseen":
      return `Past due since ${moment(reason.deadlineAt)}, while nobody looked or the plan changed; it has until ${moment(reason.untilAt)}.`;
    case "not_started":
      return now < reason.deadlineAt
        ? `Its run was due to begin at ${moment(reason.dueAt)}; missed if it has not by ${moment(reason.deadlineAt)}.`
        : `Its run of ${moment(reason.dueAt)} had to begin by ${moment(reason.deadlineAt)} and did not.`;
    case "overrun":
      return now < reason.deadlineAt
        ? `Its run of ${moment(reason.startedAt)} should be over since ${moment(reason.dueAt)}; its report may still come.`
        : `Its run of ${moment(reason.startedAt)} never told its end; it had to be over by ${moment(reason.dueAt)}.`;
    case "run":
      return sentence(`${runs(reason)}: ${reason.text}`);
    case "too_fast":
      return `Its run of ${moment(reason.at)} took ${span(reason.tookSeconds * 1000)}; it cannot be done in under ${span(reason.leastSeconds * 1000)}.`;
    case "tolerated":
      return sentence(`${reason.count} of ${reason.allowed} failures before an alert: ${reason.text}`);
    case "anomaly":
      return sentence(`Its run of ${moment(reason.at)} succeeded, but ${reason.text}`);
    case "depth":
      return sentence(`As of ${moment(reason.at)} it ${reason.text}`);
    case "reading":
    case "mismatch":
      return sentence(reason.text);
  }
}

function runs({ at, status, failures }: Extract<OwnReason, { code: "run" }>): string {
  if (failures !== undefined) {
    return failures.count === failures.of
      ? `${failures.count} runs in a row failed, since ${moment(at)}`
      : `${failures.count} of its last ${failures.of} runs failed, since ${moment(at)}`;
  }
  if (status === "warned") return `Its run of ${moment(at)} ended with a warning`;
  return `Its run of ${moment(at)} ${status === "timed_out" ? "took too long" : "failed"}`;
}

const FINE: Record<Kind, string> = {
  host: "Heard of in time.",
  job: "Nothing is due.",
  copy: "Inside its window.",
};

function overdue(kind: Kind, { lastAt, deadlineAt }: Extract<OwnReason, { code: "overdue" }>): string {
  const last = lastAt === null ? "never" : moment(lastAt);
  switch (kind) {
    case "host":
      return `Last heard of at ${last}; it had to beat by ${moment(deadlineAt)}.`;
    case "job":
      return `Its last good run began at ${last}; the next had to succeed by ${moment(deadlineAt)}.`;
    case "copy":
      return `Holds nothing newer than ${last}; newer data had to be there by ${moment(deadlineAt)}.`;
  }
}

function kindOf(key: string): Kind {
  if (key.startsWith("host:")) return "host";
  return key.startsWith("job:") ? "job" : "copy";
}

/** Texts of tools come with and without a full stop, and sometimes over several lines. */
function sentence(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}
