/**
 * Expected runs as an iCalendar (RFC 5545): one event a run, in UTC, so that a schedule's own zone and its clock changes are
 * worked out already. A run keeps its UID for as long as it is expected.
 */
import type { Expected, ExpectedRun } from "../judge/expected-runs.ts";
import { list } from "../judge/words.ts";

/** A run whose length nobody knows yet. */
const LENGTH_MS = 15 * 60_000;
const OFTEN_MAX = 20;
/** RFC 5545, section 3.1: a line has at most 75 octets, its end not counted. */
const LINE_MAX_BYTES = 75;

export const ICAL_TYPE = "text/calendar; charset=utf-8";

export function expectedIcal({ runs, often, more }: Expected): string {
  const tooOften = often.length === 0 ? "" : ` Not shown, as they run so often: ${list(often.map(nameOf), OFTEN_MAX)}.`;
  const tooMany = more === 0 ? "" : ` Not shown, as there are so many: ${more} more jobs.`;
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Tierwatch//expected runs//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "NAME:Tierwatch",
    "X-WR-CALNAME:Tierwatch",
    `DESCRIPTION:${text(`When backup jobs are expected to run.${tooOften}${tooMany}`)}`,
    "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    "X-PUBLISHED-TTL:PT6H",
    ...runs.flatMap(eventLines),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function eventLines({ site, job, at, tookMs, slot, plannedAt }: ExpectedRun): string[] {
  const end = at + Math.max(tookMs ?? LENGTH_MS, 60_000);
  return [
    "BEGIN:VEVENT",
    `UID:${slot}/${site}/${job.host}/${job.job}@tierwatch`,
    `DTSTAMP:${instant(plannedAt)}`,
    `DTSTART:${instant(at)}`,
    `DTEND:${instant(end)}`,
    `SUMMARY:${text(`${nameOf(job)} (${site})`)}`,
    `DESCRIPTION:${text(purpose(job))}`,
    "TRANSP:TRANSPARENT",
    "END:VEVENT",
  ];
}

function nameOf({ host, job }: { readonly host: string; readonly job: string }): string {
  return `${job} on ${host}`;
}

function purpose({ from, to, tier, datasets }: ExpectedRun["job"]): string {
  if (from !== undefined && to !== undefined) return `${from} → ${to}: ${list(datasets, 8)}`;
  return tier === undefined ? "A job that carries nothing." : `It looks at ${tier}.`;
}

/** `20261123T021400Z` */
function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** Section 3.3.11. */
function text(raw: string): string {
  return raw
    .replace(/\r?\n/g, "\n")
    .replace(/[\\;,\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`))
    .replace(/\p{Cc}/gu, "");
}

const encoder = new TextEncoder();

/** Folds between characters, never inside one. */
function folded(line: string): string {
  // A character takes at most three bytes for each of its units.
  if (line.length * 3 <= LINE_MAX_BYTES || encoder.encode(line).length <= LINE_MAX_BYTES) return line;
  const lines: string[] = [];
  let [current, bytes] = ["", 0];
  for (const char of line) {
    const size = encoder.encode(char).length;
    if (bytes + size > LINE_MAX_BYTES) {
      lines.push(current);
      // The space that begins a continuation counts.
      [current, bytes] = [" ", 1];
    }
    current += char;
    bytes += size;
  }
  return [...lines, current].join("\r\n");
}
