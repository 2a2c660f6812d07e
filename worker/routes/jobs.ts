/** `/site/SITE/job/HOST/JOB`: the page of one job, and below it the end of each run's log. */
import { type Context, Hono } from "hono";
import { seenBy } from "../judge/access.ts";
import { daysOf } from "../judge/days.ts";
import { publicRun } from "../judge/past-run.ts";
import { shownWatch } from "../judge/recent.ts";
import { scheduleWords } from "../judge/schedule-words.ts";
import { summarize, sweepIsStale } from "../judge/summary.ts";
import { publicSeries, seriesOf } from "../judge/usual.ts";
import { type JobView, jobPage } from "../page/job-page.tsx";
import { logPage } from "../page/log-page.tsx";
import { nothingPage } from "../page/nothing.tsx";
import { type JobHistory, readJob } from "../store/job-history.ts";
import { runWithLog } from "../store/runs.ts";
import { accessOf } from "./access.ts";
import type { AppEnv } from "./context.ts";

const JOB = "/:site/job/:host/:job" as const;

export function jobRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use(async (c, next) => {
    await next();
    c.res.headers.set("cache-control", "private, no-store");
  });
  routes.get(JOB, async (c) => {
    const { db, now } = c.env;
    const access = await accessOf(c);
    const of = c.req.param();
    if (access.kind !== "owner" && access.sites !== "all" && !access.sites.includes(of.site)) return nothing(c);
    const history = await readJob(db, of, beforeOf(c, now), now);
    const view = history && viewOf(of.site, history, access, now);
    return view === null ? nothing(c) : c.html(jobPage(view, now));
  });
  routes.get(`${JOB}/log/:run`, async (c) => {
    const { db, now } = c.env;
    if ((await accessOf(c)).kind !== "owner") return nothing(c);
    const { run: id, ...of } = c.req.param();
    const run = await runWithLog(db, of, id);
    return run === null ? nothing(c) : c.html(logPage(of, run, now));
  });
  return routes;
}

function nothing(c: Context<AppEnv>) {
  return c.html(nothingPage(), 404);
}

/** Runs are shown that began before this; what is no number asks for the newest. A run may be dated a little ahead. */
function beforeOf(c: Context<AppEnv>, now: number): number {
  const asked = Number(c.req.query("before"));
  return Number.isSafeInteger(asked) && asked > 0 ? asked : now + 86_400_000;
}

type Access = Awaited<ReturnType<typeof accessOf>>;

function viewOf(site: string, history: JobHistory, access: Access, now: number): JobView | null {
  const { spec, facts, watches, lastSweepAt, incidents, outcomes, runs } = history;
  const none = { faults: [], blinds: [], deadLetters: [], confirmations: [], acts: [] };
  const summary = seenBy(access, summarize({ now, lastSweepAt, watches: watches.map(shownWatch), incidents, ...none }));
  const seen = summary.sites.find(({ name }) => name === site);
  const job = seen?.jobs.find((one) => one.job === spec.job);
  if (seen === undefined || job === undefined) return null;
  const isOwner = access.kind === "owner";
  const series = seriesOf(spec, facts);
  return {
    site,
    job,
    schedule: scheduleWords(spec.schedule),
    graceSeconds: spec.graceSeconds,
    copies: seen.copies,
    incidents: seen.incidents,
    days: daysOf(spec, { ...history, runs: outcomes }, now),
    series: isOwner ? series : publicSeries(series),
    runs: isOwner ? runs : runs.map(publicRun),
    olderThan: history.hasOlder ? (runs.at(-1)?.startedAt ?? null) : null,
    isOwner,
    stale: sweepIsStale(lastSweepAt, now),
  };
}
