/** What programs read: status.json, badges, metrics, the feed of incidents, the calendar of expected runs. */
import { type Context, Hono } from "hono";
import { refuse } from "../../protocol/refusals.ts";
import { ATOM_TYPE, incidentsAtom } from "../feeds/atom.ts";
import { badgeOf, badgeSvg, shieldsJson, unknownBadge } from "../feeds/badge.ts";
import { expectedIcal, ICAL_TYPE } from "../feeds/ical.ts";
import { metrics, OPEN_TYPE, TEXT_TYPE } from "../feeds/metrics.ts";
import { type Access, seesNothing } from "../judge/access.ts";
import { expectedRuns } from "../judge/expected-runs.ts";
import { statusJson } from "../judge/status-json.ts";
import { waitingDeliveries } from "../store/deliveries.ts";
import { shownWatches } from "../store/shown-watches.ts";
import { accessOf, readSeen } from "./access.ts";
import type { AppEnv } from "./context.ts";
import { keepFor } from "./keeping.ts";

type Asked = Context<AppEnv>;

/** Closed incidents that a feed holds, of each site: a reader that was away for a while misses none. */
const CLOSED_MAX = 50;
/** How long an answer may be kept. Who shows badges keeps them for as long as they say. */
const [STATUS_SECONDS, BADGE_SECONDS, FEED_SECONDS, CALENDAR_SECONDS] = [15, 60, 300, 3600];

export function feedRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get("/status.json", async (c) => {
    const access = await accessOf(c);
    keepFor(c, access, STATUS_SECONDS);
    return c.json(statusJson(await readSeen(c, access)));
  });
  routes.get("/badges/:site{[a-z0-9-]+\\.svg}", (c) => pictured(c, bare(c.req.param("site")), null));
  routes.get("/badges/:site/:tier{[a-z0-9-]+\\.svg}", (c) =>
    pictured(c, c.req.param("site"), bare(c.req.param("tier"))),
  );
  routes.get("/badges/:site{[a-z0-9-]+\\.json}", (c) => shielded(c, bare(c.req.param("site")), null));
  routes.get("/badges/:site/:tier{[a-z0-9-]+\\.json}", (c) =>
    shielded(c, c.req.param("site"), bare(c.req.param("tier"))),
  );
  routes.get("/metrics", (c) => forWhoSees(c, STATUS_SECONDS, exposed));
  routes.get("/incidents.atom", (c) => forWhoSees(c, FEED_SECONDS, incidents));
  routes.get("/runs.ics", (c) => forWhoSees(c, CALENDAR_SECONDS, calendar));
  return routes;
}

/** `home` of `home.svg`. */
function bare(file: string): string {
  return file.slice(0, file.lastIndexOf("."));
}

async function pictured(c: Asked, site: string, tier: string | null): Promise<Response> {
  const { badge, status } = await badgeFor(c, site, tier);
  return c.body(badgeSvg(badge), status, { "content-type": "image/svg+xml" });
}

async function shielded(c: Asked, site: string, tier: string | null): Promise<Response> {
  const { badge } = await badgeFor(c, site, tier);
  // A status other than 200 is told by shields.io in words of its own.
  return c.json({ ...shieldsJson(badge), cacheSeconds: FEED_SECONDS });
}

/** Pictures show in spite of a status other than 200; programs see that there is no such badge, or none now. */
async function badgeFor(c: Asked, site: string, tier: string | null) {
  try {
    const access = await accessOf(c);
    const badge = badgeOf(await readSeen(c, access, { site }), site, tier, c.env.now);
    keepFor(c, access, BADGE_SECONDS);
    return { badge, status: badge.mood === "unknown" ? 404 : 200 } as const;
  } catch {
    // A database that does not answer is no reason for a broken picture.
    c.header("cache-control", "no-store");
    return { badge: unknownBadge(tier ?? site), status: 503 } as const;
  }
}

/** Hands over what the reader may see; who may see nothing is told to say who it is. */
async function forWhoSees(c: Asked, seconds: number, answer: (c: Asked, access: Access) => Promise<Response>) {
  const access = await accessOf(c);
  if (seesNothing(access))
    return refuse({ code: "sign_in_needed", detail: "or add ?key= of a link that shows a site" }, c.env.now);
  keepFor(c, access, seconds);
  return answer(c, access);
}

async function exposed(c: Asked, access: Access): Promise<Response> {
  const summary = await readSeen(c, access);
  const waiting = access.kind === "owner" ? await waitingIn(c) : [];
  const open = c.req.header("accept")?.includes("application/openmetrics-text") ?? false;
  return c.body(metrics(summary, waiting, c.env.now, open), 200, { "content-type": open ? OPEN_TYPE : TEXT_TYPE });
}

/** Also where nothing waits: a channel that is missing would be taken for one that is well. */
async function waitingIn(c: Asked) {
  const { db, settings } = c.env;
  const found = new Map((await waitingDeliveries(db)).map(({ channel, waiting }) => [channel, waiting]));
  return settings.channels.map(({ name }) => ({ channel: name, waiting: found.get(name) ?? 0 }));
}

async function incidents(c: Asked, access: Access): Promise<Response> {
  const summary = await readSeen(c, access, { closedMax: CLOSED_MAX });
  const [self, page] = ["/incidents.atom", "/"].map((path) => new URL(path, c.env.settings.pageUrl ?? c.req.url).href);
  return c.body(incidentsAtom(summary, self ?? "", page ?? ""), 200, { "content-type": ATOM_TYPE });
}

async function calendar(c: Asked, access: Access): Promise<Response> {
  const { db, now } = c.env;
  const { watches } = await shownWatches(db, access.kind === "owner" ? "all" : access.sites);
  return c.body(expectedIcal(expectedRuns(watches, now)), 200, { "content-type": ICAL_TYPE });
}
