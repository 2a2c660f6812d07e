/** The figures by their names, and as the table that a person reads: what was measured beside what was to be reached. */
import type { Measured } from "./heartbeats.ts";
import type { JobCost } from "./jobs.ts";
import type { Latency, Live } from "./live.ts";
import type { PageCost, Pages } from "./page.ts";
import type { Paint } from "./paint.ts";
import type { PusherStart } from "./pusher.ts";
import type { Rows } from "./rows.ts";

export interface Figures {
  readonly heartbeatsPerSecond: number;
  readonly bareHeartbeatsPerSecond: number;
  readonly heartbeatP50Ms: number;
  readonly heartbeatP99Ms: number;
  /** All that workerd does locally, its stand-ins for Cloudflare's proxy and for D1 included. */
  readonly heartbeatCpuMs: number | null;
  /** The same of the bare worker: what is left between the two is the price of doing more than it. */
  readonly bareCpuMs: number | null;
  readonly rowsWrittenAlive: number;
  readonly rowsWrittenRun: number;
  readonly rowsReadAlive: number;
  readonly rowsReadRun: number;
  readonly sweepIdleRowsRead: Readonly<Record<string, number>>;
  /** Rows read by a heartbeat with a run, and by a sweep with one due, among so many watches, runs and markers. */
  readonly growthRowsRead: Readonly<Record<string, { readonly heartbeat: number; readonly sweep: number }>>;
  /** By the number of jobs, with a year of runs behind each. */
  readonly pageRowsRead: Readonly<Record<string, number>>;
  readonly sweep1RowsRead: number;
  readonly sweep1500Statements: number;
  readonly sweep1500Skipped: number;
  readonly sweep1500RowsRead: number;
  readonly sweep1500RowsWritten: number;
  /** From a deadline to its alert at the receiver, in milliseconds, and of how many deadlines none came. */
  readonly alertBothClocks: Latency;
  readonly alertCronAlone: Latency;
  readonly alertCronAndVisits: Latency;
  readonly workerGzipBytes: number;
  /** Of the front page of 100 jobs. */
  readonly pageGzipBytes: number;
  readonly pageCpuMs: number | null;
  readonly pages: Pages;
  readonly pusherStartRatio: number;
  readonly pusherPeakMiB: number;
  /** Null where there is no rsync. */
  readonly rsyncRatio: number | null;
  readonly rsyncPeakMiB: number | null;
}

export function figuresOf(
  rows: Rows,
  sent: Measured,
  live: Live,
  workerGzipBytes: number,
  pusher: PusherStart,
  job: JobCost | null,
  pages: Pages,
): Figures {
  const { alive, withRun } = rows.heartbeat;
  return {
    heartbeatsPerSecond: rounded(sent.heartbeats.perSecond),
    bareHeartbeatsPerSecond: rounded(sent.bare.perSecond),
    heartbeatP50Ms: rounded(sent.heartbeats.p50Ms),
    heartbeatP99Ms: rounded(sent.heartbeats.p99Ms),
    heartbeatCpuMs: sent.heartbeats.cpuMs === null ? null : rounded(sent.heartbeats.cpuMs),
    bareCpuMs: sent.bare.cpuMs === null ? null : rounded(sent.bare.cpuMs),
    rowsWrittenAlive: alive.rowsWritten,
    rowsWrittenRun: withRun.rowsWritten,
    rowsReadAlive: alive.rowsRead,
    rowsReadRun: withRun.rowsRead,
    sweepIdleRowsRead: rows.idle,
    growthRowsRead: rows.growth,
    pageRowsRead: Object.fromEntries(Object.entries(pages.front).map(([jobs, { rowsRead }]) => [jobs, rowsRead])),
    sweep1RowsRead: rows.one.rowsRead,
    sweep1500Statements: rows.many.statements,
    sweep1500Skipped: rows.many.skipped + (1_500 - rows.many.watchesDue),
    sweep1500RowsRead: rows.many.rowsRead,
    sweep1500RowsWritten: rows.many.rowsWritten,
    alertBothClocks: live.bothClocks,
    alertCronAlone: live.cronAlone,
    alertCronAndVisits: live.cronAndVisits,
    workerGzipBytes,
    pageGzipBytes: pages.front[100]?.gzipBytes ?? 0,
    pageCpuMs: pages.front[100]?.cpuMs ?? null,
    pages,
    pusherStartRatio: rounded(pusher.ratio),
    pusherPeakMiB: rounded(pusher.peakMiB),
    rsyncRatio: job === null ? null : rounded(job.ratio),
    rsyncPeakMiB: job === null ? null : rounded(job.peakMiB),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A table in Markdown, as bench/README.md and the README show it. */
export function tableOf(of: Figures): string {
  const idle = Object.entries(of.sweepIdleRowsRead)
    .map(([watches, rows]) => `${rows} (${watches})`)
    .join(", ");
  const fronts = (told: (cost: PageCost) => string) =>
    Object.entries(of.pages.front)
      .map(([jobs, cost]) => `${told(cost)} (${jobs})`)
      .join(", ");
  const kib = ({ gzipBytes }: { readonly gzipBytes: number }) => (gzipBytes / 1024).toFixed(1);
  const { job, calendar } = of.pages.others;
  const painted = (one: Paint | undefined) =>
    one === undefined
      ? "no browser here"
      : `${seconds(one.firstPaintMs)} / ${seconds(one.largestPaintMs)} s; ${Math.round(one.blockedMs)} ms; ${one.layoutShift}`;
  const growth = Object.entries(of.growthRowsRead)
    .map(([size, { heartbeat, sweep }]) => `${heartbeat} / ${sweep} (${size})`)
    .join(", ");
  const cpu = (ms: number | null) => (ms === null ? "not told here" : `${ms} ms`);
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const latency = ({ p50Ms, p99Ms, untold }: Latency) =>
    `${seconds(p50Ms)} / ${seconds(p99Ms)} s${untold === 0 ? "" : `; ${untold} never came`}`;
  const lines: readonly (readonly [string, string, string])[] = [
    ["heartbeats a second, 8 at a time", `${of.heartbeatsPerSecond}`, `a bare worker: ${of.bareHeartbeatsPerSecond}`],
    ["a heartbeat, p50 / p99", `${of.heartbeatP50Ms} / ${of.heartbeatP99Ms} ms`, ""],
    ["CPU of a heartbeat, with local stand-ins", cpu(of.heartbeatCpuMs), `2 ms; a bare worker: ${cpu(of.bareCpuMs)}`],
    ["rows written, alive / with a run", `${of.rowsWrittenAlive} / ${of.rowsWrittenRun}`, "at most 2 / 6"],
    ["rows read, alive / with a run", `${of.rowsReadAlive} / ${of.rowsReadRun}`, ""],
    ["rows read by an idle sweep (watches)", idle, "at most 6"],
    ["rows read by a heartbeat with a run / a sweep with 1 due (watches, runs and markers)", growth, "flat"],
    ["rows read by a sweep with 1 due of 100,000", `${of.sweep1RowsRead}`, ""],
    ["statements for 1,500 due, skipped", `${of.sweep1500Statements}, ${of.sweep1500Skipped}`, "at most 50, 0"],
    ["deadline to alert, both clocks, p50 / p99", latency(of.alertBothClocks), "65 s"],
    ["the same, cron trigger alone", latency(of.alertCronAlone), "65 s"],
    ["the same, a visit each 3 s", latency(of.alertCronAndVisits), "5 s"],
    ["worker, gzipped", `${(of.workerGzipBytes / 1024).toFixed(1)} KiB`, "at most 220 KiB"],
    ["rows read by the page (jobs)", fronts(({ rowsRead }) => String(rowsRead)), "at most 3 a job"],
    ["the page, gzipped, in KiB (jobs)", fronts(kib), "29"],
    ["CPU of the page (jobs)", fronts(({ cpuMs }) => cpu(cpuMs)), "5 ms (100)"],
    ["CPU of a job's page; of the calendar of 100 jobs", `${cpu(job.cpuMs)}; ${cpu(calendar.cpuMs)}`, "10 ms"],
    ["a phone: first / largest paint; blocked; shift", painted(of.pages.paints?.phone), "shift 0"],
    ["the same without script", painted(of.pages.paints?.phoneNoScript), "shift 0"],
    ["a desk", painted(of.pages.paints?.desk), "shift 0"],
    ["the same without script", painted(of.pages.paints?.deskNoScript), "shift 0"],
    ["`pusher run true` over `node -e 0`", `${of.pusherStartRatio} times`, "at most 2.5"],
    ["pusher's peak memory", `${of.pusherPeakMiB} MiB`, ""],
    [
      "`pusher run` over the bare rsync, 10,000 new files",
      of.rsyncRatio === null ? "no rsync here" : `${of.rsyncRatio} times`,
      "",
    ],
    ["its peak memory, without rsync's", of.rsyncPeakMiB === null ? "no rsync here" : `${of.rsyncPeakMiB} MiB`, ""],
  ];
  const rows = lines.map((cells) => `| ${cells.join(" | ")} |`);
  return ["| what | measured | to reach |", "|---|---|---|", ...rows].join("\n");
}
