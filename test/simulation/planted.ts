/**
 * Bugs to be planted, each a change of one line in the judge, the store, the delivery or the pusher. The simulation has to
 * find every one: they are the proof that it would find the next.
 */
import type { FaultKind } from "./world/faults.ts";

/** A stretch of one site, so short that it is played in seconds, with the faults that bring the bug to light. */
interface Seen {
  readonly site: string;
  readonly faults: readonly FaultKind[];
  readonly seed: number;
  readonly days: number;
}

export interface PlantedBug {
  /** What the change breaks, as an end of "the simulation finds that …". */
  readonly breaks: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly text: string;
  readonly replacement: string;
  readonly seen: Seen;
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    breaks: "a miss is told ten minutes after its grace is over",
    file: "worker/judge/deadline.ts",
    text: "if (now >= missedAt) {",
    replacement: "if (now >= missedAt + 600_000) {",
    seen: { site: "office", faults: ["wan"], seed: 7, days: 14 },
  },
  {
    breaks: "the grace of a host's beat is forgotten",
    file: "worker/judge/own.ts",
    text: "missedAt: dueAt + spec.graceSeconds * 1000",
    replacement: "missedAt: dueAt",
    seen: { site: "office", faults: ["wan"], seed: 7, days: 14 },
  },
  {
    breaks: "the window of a copy counts twice",
    file: "worker/judge/own.ts",
    text: "spec.windowSeconds * 1000",
    replacement: "spec.windowSeconds * 2000",
    seen: { site: "reference", faults: ["copies_nothing"], seed: 359, days: 17 },
  },
  {
    breaks: "a host is as old as the oldest thing heard of it",
    file: "worker/judge/merge.ts",
    text: "return Math.max(a, b);",
    replacement: "return Math.min(a, b);",
    seen: { site: "office", faults: [], seed: 1, days: 12 },
  },
  {
    breaks: "a marker proves the time it was seen, not the time it was born",
    file: "worker/judge/proof.ts",
    text: "recoveryAt: bornAt,",
    replacement: "recoveryAt: seenAt,",
    seen: { site: "office", faults: [], seed: 1, days: 12 },
  },
  {
    breaks: "a run that failed counts as none",
    file: "worker/judge/runs.ts",
    text: 'run.status === "failed" || ',
    replacement: "",
    seen: { site: "clinic", faults: ["channel", "job_fails"], seed: 425, days: 18 },
  },
  {
    breaks: "a run counts from its arrival, not from its start",
    file: "worker/judge/intake.ts",
    text: "return Math.min(Date.parse(instant) - offset, arrival.createdAt + SIGNED_SECOND_MS);",
    replacement: "return arrival.now + 0 * offset * SIGNED_SECOND_MS * instant.length;",
    seen: { site: "office", faults: [], seed: 1, days: 12 },
  },
  {
    breaks: "a site that goes dark is told host by host",
    file: "worker/judge/cause.ts",
    text: "if (isSilent(view)) return rooted(siteKey(view.site));",
    replacement: "",
    seen: { site: "reference", faults: ["blackout"], seed: 226, days: 14 },
  },
  {
    breaks: "one silent host makes the whole site silent",
    file: "worker/judge/site.ts",
    text: "hosts.length > 0 && hosts.every(",
    replacement: "hosts.length > 0 && hosts.some(",
    seen: { site: "lab", faults: ["power"], seed: 118, days: 14 },
  },
  {
    breaks: "an incident closes though its root is still bad",
    file: "worker/judge/closing.ts",
    text: "&& holdsOpen(view, watch, incident)",
    replacement: "&& watch.key !== incident.root && holdsOpen(view, watch, incident)",
    seen: { site: "office", faults: ["power"], seed: 112, days: 14 },
  },
  {
    breaks: "what hung on a silent host is told the moment the host is back",
    file: "worker/judge/verdict.ts",
    text: "if (held !== null && held > view.now) {",
    replacement: "if (held !== null && held > view.now + Number.MAX_SAFE_INTEGER) {",
    seen: { site: "reference", faults: ["power"], seed: 75, days: 15 },
  },
  {
    breaks: "after hours without a sweep everything overdue is told at once",
    file: "worker/judge/blind.ts",
    text: "BLIND_AFTER_MS = 300_000;",
    replacement: "BLIND_AFTER_MS = 300_000_000;",
    seen: { site: "office", faults: ["worker"], seed: 15, days: 14 },
  },
  {
    breaks: "the end of a run that was told as started is not written down",
    file: "worker/store/intake.ts",
    text: "WHERE runs.status = 'started' AND excluded.status <> 'started'",
    replacement: "WHERE false",
    seen: { site: "office", faults: [], seed: 1, days: 12 },
  },
  {
    breaks: "a delivery is done with before it is made",
    file: "worker/store/deliveries.ts",
    text: "UPDATE deliveries SET due_at = ",
    replacement: "UPDATE deliveries SET due_at = NULL & ",
    seen: { site: "clinic", faults: ["channel", "job_fails"], seed: 425, days: 18 },
  },
  {
    breaks: "a delivery that failed is not made again",
    file: "worker/deliver/plan.ts",
    text: 'return { tried: { ...base, state: "pending", dueAt, error }, channel };',
    replacement: 'return { tried: { ...base, state: "expired", dueAt: null, error }, channel };',
    seen: { site: "clinic", faults: ["channel", "job_fails"], seed: 425, days: 18 },
  },
  {
    breaks: "a channel's 500 counts as a yes",
    file: "worker/channels/post.ts",
    text: "if (response.ok && ",
    replacement: "if (response.status < 600 && ",
    seen: { site: "clinic", faults: ["channel", "job_fails"], seed: 6740, days: 18 },
  },
  {
    breaks: "the marker of a run that was cut off is believed where another job carried it on to",
    file: "pusher/evidence.ts",
    text: "if (!job.prepared.tears) return { outcome, found };",
    replacement: "if (job.prepared.tears) return { outcome, found };",
    seen: { site: "reference", faults: ["cut_off"], seed: 12, days: 17 },
  },
  {
    breaks: "a record leaves the spool before anybody answered",
    file: "pusher/send.ts",
    text: "const answer = await beat(",
    replacement: "for (const record of records) settle(sender.spool, record);\n  const answer = await beat(",
    seen: { site: "office", faults: ["wan", "job_fails"], seed: 18, days: 20 },
  },
  {
    breaks: "a record that the worker could not take just then is set aside for good",
    file: "pusher/send.ts",
    text: 'trouble.kind === "refused" && ["malformed", "body_too_large"].includes(trouble.problem.code)',
    replacement: 'trouble.kind === "refused"',
    seen: { site: "office", faults: ["d1_before", "d1_after", "death"], seed: 32, days: 30 },
  },
  {
    breaks: "nobody is told that the monitor was blind",
    file: "worker/store/blinds.ts",
    text: "...(quiet",
    replacement: "...(quiet || untilAt > 0",
    seen: { site: "office", faults: ["worker"], seed: 15, days: 14 },
  },
  {
    breaks: "a standstill is told anew at each heartbeat that looks",
    file: "worker/judge/clocks.ts",
    text: "silentAt !== null || (firedAt ?? 0) < sinceAt);",
    replacement: "silentAt === -1 && (firedAt ?? 0) < sinceAt);",
    seen: { site: "office", faults: ["clocks"], seed: 305, days: 14 },
  },
  {
    breaks: "a clock that stands is told hours later",
    file: "worker/judge/clocks.ts",
    text: "CLOCK_SILENT_MS = 900_000;",
    replacement: "CLOCK_SILENT_MS = 9_000_000;",
    seen: { site: "office", faults: ["one_clock"], seed: 25, days: 13 },
  },
  {
    breaks: "a silence holds nothing back",
    file: "worker/judge/attend.ts",
    text: "if (silentUntil !== null) {",
    replacement: "if (silentUntil !== null && now < 0) {",
    seen: { site: "office", faults: ["silence", "blackout"], seed: 366352, days: 30 },
  },
  {
    breaks: "what began in a silence is not told at its end",
    file: "worker/judge/attend.ts",
    text: "held, silentUntil, remind, now), said: null",
    replacement: "{ ...held, saidAt: now }, silentUntil, remind, now), said: null",
    seen: { site: "office", faults: ["silence", "blackout"], seed: 366352, days: 30 },
  },
  {
    breaks: "what was acknowledged is reminded of",
    file: "worker/judge/attend.ts",
    text: "if (attention.ackedAt !== null || attention.saidAt === null) return null;",
    replacement: "if (attention.saidAt === null) return null;",
    seen: { site: "island", faults: ["answer", "job_fails"], seed: 36, days: 45 },
  },
  {
    breaks: "nothing is ever reminded of",
    file: "worker/judge/attend.ts",
    text: "const nextAt = before.wellAt === null ? ",
    replacement: "const nextAt = before.wellAt === 0 ? ",
    seen: { site: "island", faults: ["job_fails"], seed: 9, days: 20 },
  },
  {
    breaks: "a channel that was ill is told every reminder that it missed",
    file: "worker/store/held.ts",
    text: " OR waiting.kind = 'reminder'",
    replacement: "",
    seen: { site: "island", faults: ["channel", "job_fails"], seed: 36, days: 40 },
  },
  {
    breaks: "what went wrong is over when its next run was due while nobody looked",
    file: "worker/judge/excuse.ts",
    text: "ownStatus(watch, now, temper) : alone",
    replacement: "temper(alone) : alone",
    seen: { site: "office", faults: ["worker", "job_warns"], seed: 102, days: 73 },
  },
];
