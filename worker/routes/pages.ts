/** What people and monitors read: the page with its stylesheet, `status.json` and `healthz`. */
import { Hono } from "hono";
import { sweepIsOverdue } from "../judge/clocks.ts";
import { statusJson } from "../judge/status-json.ts";
import { sweepIsStale } from "../judge/summary.ts";
import { FAVICON } from "../page/icons.tsx";
import { page } from "../page/page.tsx";
import { STYLE, STYLE_VERSION } from "../page/style.ts";
import { subscribePage } from "../page/subscribe.tsx";
import { routingsOf, type Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { readSummary } from "../store/summary.ts";
import { lastSweepAt, needsSweep } from "../store/sweeps.ts";
import type { AppEnv } from "./context.ts";
import { allFaults, pushChannels } from "./push-channels.ts";

/** The page asks for the stylesheet by its version; who asks for it without gets it checked by its etag. */
const FOR_EVER = "public, max-age=31536000, immutable";
const CHECK_FIRST = "public, no-cache";

async function setupOf(db: Database, settings: Settings) {
  return { faults: await allFaults(db, settings), routings: routingsOf(settings), drills: settings.drill !== null };
}

export function pageRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use(async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  });
  routes.get("/", async (c) => {
    const { db, settings, now, sweepSoon } = c.env;
    const renews = c.req.query("still") === undefined;
    const summary = await readSummary(db, await setupOf(db, settings), now);
    const { lastSweepAt: at, isDue } = await needsSweep(db, now);
    if (isDue || sweepIsOverdue(at, now)) sweepSoon();
    return c.html(page(summary, now, renews));
  });
  routes.get("/subscribe", (c) => c.html(subscribePage(pushChannels(c.env.settings).map(({ name }) => name))));
  routes.get("/style.css", (c) => {
    const etag = `"${STYLE_VERSION}"`;
    const cacheControl = c.req.query("v") === STYLE_VERSION ? FOR_EVER : CHECK_FIRST;
    const headers = { etag, "cache-control": cacheControl };
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
    return c.body(STYLE, 200, { ...headers, "content-type": "text/css; charset=utf-8" });
  });
  routes.get("/favicon.svg", (c) =>
    c.body(FAVICON, 200, { "content-type": "image/svg+xml", "cache-control": "public, max-age=86400" }),
  );
  routes.get("/status.json", async (c) => {
    const { db, settings, now } = c.env;
    return c.json(statusJson(await readSummary(db, await setupOf(db, settings), now)));
  });
  routes.get("/healthz", async (c) => {
    const { db, settings, now } = c.env;
    const at = await lastSweepAt(db);
    const sweeping = !sweepIsStale(at, now);
    const body = {
      ok: sweeping,
      serverTime: new Date(now).toISOString(),
      lastSweepAt: at === null ? null : new Date(at).toISOString(),
      faults: await allFaults(db, settings),
      notes: settings.notes,
    };
    return c.json(body, sweeping ? 200 : 503);
  });
  return routes;
}
