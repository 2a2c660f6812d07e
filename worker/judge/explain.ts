/** Why a watch has its status, in one short sentence for a person: what the page says beside the status. */
import type { OwnReason, Reason } from "./watch.ts";
import { moment, nameOf } from "./words.ts";

type Kind = "host" | "job" | "copy";

/** The sentence for the watch of `key` (`host:…`, `job:…`, `copy:…`) as of `now`, in milliseconds. */
export function explain(key: string, reason: Reason, now: number): string {
  switch (reason.code) {
    case "blocked":
      return `Blocked behind ${nameOf(reason.by)}.`;
    case "waiting":
      return `Past due. Whether ${nameOf(reason.by)} is the cause is known by ${moment(reason.untilAt)}.`;
    case "catching_up":
      return `${nameOf(reason.after)} is well again; this has until ${moment(reason.untilAt)} to follow.`;
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
    case "run":
      return sentence(
        reason.status === "timed_out"
          ? `Its run of ${moment(reason.at)} took too long: ${reason.text}`
          : `Its run of ${moment(reason.at)} failed: ${reason.text}`,
      );
    case "reading":
    case "mismatch":
      return sentence(reason.text);
  }
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
