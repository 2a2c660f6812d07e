/**
 * Hand-written histories for the oracle's own tests: a site in which everything goes well, and small changes to it. Nothing
 * of the worker or the pusher runs here.
 */
import type { Job, Plan } from "../../protocol/plan.ts";
import type { Happening, History, Message, SeenIncident } from "./history.ts";
import { DAY, HOUR, MINUTE, SECOND } from "./oracle/tolerances.ts";
import { judgeHistory } from "./oracle.ts";

export const START = Date.parse("2026-03-01T00:00:00Z");
export const END = START + 6 * DAY;

/** An instant of the history: day 0 is its first. */
export const on = (day: number, hour = 0, minute = 0) => START + day * DAY + hour * HOUR + minute * MINUTE;

/** Longer than data takes from its birth to the copy behind all hops, the next night. */
export const WINDOW_MS = 29 * HOUR;

const beat = { everySeconds: 300, graceSeconds: 300 };
const slot = (hour: number) => ({ cron: `0 ${hour} * * *`, zone: "UTC" });

function carrying(name: string, from: string, to: string, hour: number): Job {
  const hop = { from, to, datasets: ["photos"], windowSeconds: WINDOW_MS / SECOND, proof: "marker" as const };
  return { name, kind: "command", schedule: slot(hour), graceSeconds: 3600, ...hop };
}

const datasets = [{ name: "photos", born: "fast" }];
const nas: Plan = {
  beat,
  datasets,
  jobs: [
    carrying("nightly", "fast", "archive", 2),
    carrying("sync", "archive", "staging", 4),
    { name: "health", kind: "command", schedule: slot(12), graceSeconds: 3600 },
  ],
};
const vm: Plan = { beat, datasets, jobs: [carrying("cloud", "staging", "offsite", 6)] };
const PLANS = new Map([
  ["nas", nas],
  ["vm", vm],
]);

export interface Told {
  readonly host: string;
  readonly job: string;
  readonly day: number;
}

/** What is not as it should be; all of it told by its truth. */
export interface Twist {
  /** The host neither runs nor beats in these spells. */
  readonly dead?: (host: string, at: number) => boolean;
  /** How a run ends; undefined for one that never begins. */
  readonly status?: (run: Told) => "succeeded" | "warned" | "failed" | "skipped" | undefined;
  /** Whether a run moves data, when it ends well. */
  readonly carries?: (run: Told) => boolean;
  /** When what a host sends at `at` is held by the worker; null for never. A run's report goes with the next beat then. */
  readonly arrives?: (host: string, at: number) => number | null;
  /** Beats of a host are this long apart. */
  readonly beatMinutes?: number;
  readonly more?: readonly Happening[];
}

/** From the start of a run to its end. */
const RUN_MS = 10 * MINUTE;

/** A history of six days, without incidents and messages. */
export function play(twist: Twist = {}): History {
  const truths: Happening[] = [];
  const sends: { at: number; host: string; runs: string[]; seen: { tier: string; bornAt: number }[] }[] = [];
  let carried = new Map([["fast", START]]);
  for (let at = START; at < END; at += MINUTE) {
    carried = new Map(carried).set("fast", at);
    for (const [host, plan] of PLANS) {
      if (twist.dead?.(host, at) === true) continue;
      const minute = (at - START) / MINUTE;
      if (minute % (twist.beatMinutes ?? 5) === 0) sends.push({ at, host, runs: [], seen: [] });
      for (const job of plan.jobs) {
        if (
          !("cron" in job.schedule) ||
          on(0, Number(job.schedule.cron.split(" ")[1])) !== START + ((at - START) % DAY)
        )
          continue;
        const told = { host, job: job.name, day: Math.floor((at - START) / DAY) };
        const status = twist.status === undefined ? "succeeded" : twist.status(told);
        if (status === undefined) continue;
        const run = `${job.name}-${told.day}`;
        const base = { site: "home", host, job: job.name, run };
        const end = at + RUN_MS;
        truths.push({ kind: "started", at, ...base });
        truths.push({ kind: "finished", at: end, ...base, startedAt: at, status });
        const moves = job.to !== undefined && status === "succeeded" && (twist.carries?.(told) ?? true);
        const bornAt = job.to === undefined ? undefined : carried.get(job.from);
        const seen = moves && bornAt !== undefined ? [{ tier: job.to, bornAt }] : [];
        for (const { tier, bornAt } of seen) {
          truths.push({ kind: "data", at: end, site: "home", dataset: "photos", tier, bornAt });
          carried.set(tier, bornAt);
        }
        sends.push({ at: end, host, runs: [run], seen });
      }
    }
  }
  const heard = delivered(sends, twist);
  const happenings = [...truths, ...heard, ...(twist.more ?? [])].sort((a, b) => a.at - b.at);
  return finishedHistory(happenings);
}

/** What did not arrive waits for the host's next message that does. */
function delivered(
  sends: { at: number; host: string; runs: string[]; seen: { tier: string; bornAt: number }[] }[],
  { arrives = (_, at) => at, dead }: Twist,
): Happening[] {
  const waiting = new Map<string, { runs: string[]; seen: { tier: string; bornAt: number }[] }>();
  return sends
    .sort((a, b) => a.at - b.at)
    .flatMap(({ at, host, runs, seen }) => {
      const held = waiting.get(host) ?? { runs: [], seen: [] };
      const load = { runs: [...held.runs, ...runs], seen: [...held.seen, ...seen] };
      const arrivesAt = dead?.(host, at) === true ? null : arrives(host, at);
      waiting.set(host, arrivesAt === null ? load : { runs: [], seen: [] });
      if (arrivesAt === null || arrivesAt >= END) return [];
      const sightings = load.seen.map((one) => ({ dataset: "photos", ...one }));
      return [
        { kind: "heard" as const, at: arrivesAt, site: "home", host, madeAt: at, runs: load.runs, seen: sightings },
      ];
    });
}

/** What the worker would hold at the end if it had taken everything it heard. */
function finishedHistory(happenings: Happening[]): History {
  const told = new Set(happenings.flatMap((one) => (one.kind === "heard" ? one.runs : [])));
  const runs = happenings.flatMap((one) =>
    one.kind === "finished" && told.has(one.run) ? [{ site: one.site, run: one.run, status: one.status }] : [],
  );
  const newest = (tier: string) =>
    happenings.reduce<number | null>((most, one) => {
      if (one.kind !== "heard") return most;
      return Math.max(most ?? 0, ...one.seen.filter((seen) => seen.tier === tier).map(({ bornAt }) => bornAt)) || most;
    }, null);
  const watch = (key: string, recoveryAt: number | null = null) => ({ site: "home", key, status: "ok", recoveryAt });
  const copies = ["archive", "staging", "offsite"].map((tier) => watch(`copy:photos/${tier}`, newest(tier)));
  const jobs = ["nas/nightly", "nas/sync", "nas/health", "vm/cloud"].map((job) => watch(`job:${job}`));
  return {
    startAt: START,
    endAt: END,
    sites: [{ site: "home", hosts: [...PLANS].map(([host, plan]) => ({ host, plan })) }],
    channels: ["mail"],
    happenings,
    incidents: [],
    messages: [],
    silences: [],
    answers: [],
    remind: {},
    watches: [watch("host:nas"), watch("host:vm"), ...jobs, ...copies],
    runs,
  };
}

/** A run of the one job of `lone`; without `minutes` it never ends. */
export interface LoneRun {
  readonly at: number;
  readonly minutes?: number;
  readonly status?: "succeeded" | "warned" | "failed" | "timed_out" | "skipped";
}

/** Six days of one host with one job, its runs as given and told as they begin and end. */
export function lone(job: Job, runs: readonly LoneRun[]): History {
  const base = { site: "home", host: "nas" };
  const told = runs.flatMap(({ at, minutes, status = "succeeded" }, index): Happening[] => {
    const of = { ...base, job: job.name, run: `${index}` };
    const begun: Happening[] = [{ kind: "started", at, ...of }, heardFrom("nas", at, [of.run])];
    if (minutes === undefined) return begun;
    const end = at + minutes * MINUTE;
    return [...begun, { kind: "finished", at: end, ...of, startedAt: at, status }, heardFrom("nas", end, [of.run])];
  });
  const beats = Array.from({ length: (END - START) / (5 * MINUTE) }, (_, n) =>
    heardFrom("nas", START + n * 5 * MINUTE, []),
  );
  const history = play();
  const watch = (key: string) => ({ site: "home", key, status: "ok", recoveryAt: null });
  return {
    ...history,
    sites: [{ site: "home", hosts: [{ host: "nas", plan: { beat, datasets: [], jobs: [job] } }] }],
    happenings: [...told, ...beats].sort((a, b) => a.at - b.at),
    watches: [watch("host:nas"), watch(`job:nas/${job.name}`)],
    runs: runs.map(({ minutes, status = "succeeded" }, index) => {
      return { site: "home", run: `${index}`, status: minutes === undefined ? "started" : status };
    }),
  };
}

function heardFrom(host: string, at: number, runs: readonly string[]): Happening {
  return { kind: "heard", at, site: "home", host, madeAt: at, runs, seen: [] };
}

/** An incident, noticed a minute after it opened unless told otherwise, and its messages to the one channel. */
export interface Said {
  readonly root: string;
  readonly subject?: string;
  readonly openedAt: number;
  readonly noticedAt?: number;
  readonly closedAt?: number;
}

/** Adds incidents with their alerts, each delivered as it was noticed and as it closed. */
export function saying(history: History, ...said: readonly Said[]): History {
  const incidents = said.map(
    ({ root, subject = root, openedAt, noticedAt = openedAt + MINUTE, closedAt = null }, index) => ({
      id: `incident-${index}`,
      site: "home",
      root,
      subject,
      severity: "critical",
      openedAt,
      noticedAt,
      closedAt,
      flapping: false,
      members: 1,
    }),
  );
  return { ...history, incidents, messages: incidents.flatMap(messagesOf).sort((a, b) => a.at - b.at) };
}

function messagesOf(incident: SeenIncident): Message[] {
  const opened = message(incident, "opened", incident.noticedAt);
  return incident.closedAt === null ? [opened] : [opened, message(incident, "closed", incident.closedAt)];
}

export function message({ id, root, openedAt }: SeenIncident, kind: string, at: number): Message {
  return {
    at,
    channel: "mail",
    key: `${id}/${kind}/mail`,
    kind,
    incidentId: id,
    site: "home",
    root,
    severity: "critical",
    title: `${root} ${kind}`,
    openedAt,
    writtenAt: at,
    recordLost: false,
  };
}

/** A message about the monitor itself, as `openedAt` and its kind name it, taken as it was written. */
export function notice(id: string, openedAt: number, at: number, more: Partial<Message> = {}): Message {
  const of = {
    kind: "notice",
    incidentId: `${id}@${openedAt}`,
    site: "",
    root: "monitor",
    severity: "warning",
    title: id,
  };
  const told = { channel: "mail", key: `${id}@${openedAt}/notice/mail`, openedAt, writtenAt: at, recordLost: false };
  return { at, ...of, ...told, ...more };
}

/** The kinds and subjects of what the oracle finds. */
export function found(history: History): string[] {
  return judgeHistory(history).map(({ kind, subject }) => `${kind} ${subject}`);
}
