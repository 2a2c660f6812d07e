/** `/incidents`: all of them, a page at a time; `/incidents/ID`: one of them, whose id is a path by itself. */
import { type Context, Hono } from "hono";
import { readIncident } from "../../protocol/owner/acts.ts";
import { noteFor } from "../judge/access.ts";
import { causeTree } from "../judge/cause-tree.ts";
import { publicIncident } from "../judge/public.ts";
import { permission } from "../judge/reader.ts";
import { type IncidentSummary, incidentSummary } from "../judge/summary.ts";
import { publicTimeline, timelineOf } from "../judge/timeline.ts";
import type { Watch } from "../judge/watch.ts";
import { incidentsPage, type Listed } from "../page/incident-list.tsx";
import { incidentPage } from "../page/incident-page.tsx";
import { nothingPage } from "../page/nothing.tsx";
import { OwnersPart } from "../page/owner/incident-acts.tsx";
import { incidentOfId } from "../store/answers.ts";
import { deliveriesOf, incidentsBefore } from "../store/incident-history.ts";
import { type KeptIncident, openIncidents } from "../store/verdicts.ts";
import { watchesOfSites } from "../store/watches.ts";
import { accessOf } from "./access.ts";
import type { AppEnv } from "./context.ts";
import { ask, certain, toldOf } from "./press.ts";
import { readerOf } from "./reader.ts";

const PAGE_INCIDENTS = 30;
const PREFIX = "/incidents/";

type Access = Awaited<ReturnType<typeof accessOf>>;

export function incidentRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use(async (c, next) => {
    await next();
    c.res.headers.set("cache-control", "private, no-store");
  });
  routes.get("/", async (c) => {
    const { db, now } = c.env;
    const access = await accessOf(c);
    const sites = access.kind === "owner" ? "all" : access.sites;
    const asked = Number(c.req.query("before"));
    const isFirst = !(Number.isSafeInteger(asked) && asked > 0);
    const open = (isFirst ? await openIncidents(db, sites) : []).sort((a, b) => b.openedAt - a.openedAt);
    const found = await incidentsBefore(db, sites, isFirst ? now + 1 : asked, PAGE_INCIDENTS + 1);
    const shown = found.slice(0, PAGE_INCIDENTS);
    const olderThan = found.length > PAGE_INCIDENTS ? (shown.at(-1)?.openedAt ?? null) : null;
    const past = shown.filter(({ closedAt }) => closedAt !== null).map((one) => listed(access, one));
    const page = { open: open.map((one) => listed(access, one)), past, olderThan, isFirst };
    return c.html(incidentsPage(page, now));
  });
  routes.get("/*", async (c) => {
    const { db, now } = c.env;
    const access = await accessOf(c);
    const incident = await incidentOfId(db, idOf(c));
    if (incident === null || !maySee(access, incident.site)) return c.html(nothingPage(), 404);
    const { site, root, subject, attention } = incident;
    const watches = await watchesOfSites(db, [site]);
    const belonging = watches.filter(({ incidentId }) => incidentId === incident.id);
    const keys = [subject, ...attention.members, ...belonging.map(({ key }) => key)];
    const happenings = timelineOf(incident, await deliveriesOf(db, incident.id));
    const view = {
      site,
      incident: summaryOf(access, incident, watches),
      tree: causeTree(site, root, keys, watches),
      statuses: new Map(incident.closedAt === null ? watches.map(({ key, status }) => [key, status]) : []),
      note: noteFor(await readerOf(c), incident.note),
      happenings: access.kind === "owner" ? happenings : publicTimeline(happenings),
      acts: await actsOf(c, incident.id),
    };
    return c.html(incidentPage(view, now));
  });
  return routes;
}

/** What who is signed in may do about it; a page that is open to all shows no forms to who is not. */
async function actsOf(c: Context<AppEnv>, id: string) {
  if (permission(await readerOf(c), "write") !== "granted") return null;
  return OwnersPart({ incident: certain(await ask(c, readIncident, { params: { id } })), told: await toldOf(c) });
}

/** The id is the rest of the path, decoded. */
function idOf(c: Context<AppEnv>): string {
  const path = new URL(c.req.url).pathname;
  try {
    return decodeURIComponent(path.slice(path.indexOf(PREFIX) + PREFIX.length));
  } catch {
    return "";
  }
}

function maySee(access: Access, site: string): boolean {
  return access.kind === "owner" || access.sites === "all" || access.sites.includes(site);
}

function listed(access: Access, incident: KeptIncident): Listed {
  return { site: incident.site, incident: summaryOf(access, incident, []) };
}

function summaryOf(access: Access, incident: KeptIncident, watches: readonly Watch[]): IncidentSummary {
  const summary = incidentSummary(incident, watches);
  return access.kind === "owner" ? summary : publicIncident(summary);
}
