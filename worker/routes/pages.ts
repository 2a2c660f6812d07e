/** What people read, and `healthz`: the page with its stylesheet. */
import { type Context, Hono } from "hono";
import { sweepIsOverdue } from "../judge/clocks.ts";
import { sweepIsStale } from "../judge/summary.ts";
import { FAVICON } from "../page/icons.tsx";
import { page } from "../page/page.tsx";
import { STYLE, STYLE_VERSION } from "../page/style.ts";
import { subscribePage } from "../page/subscribe.tsx";
import { lastSweepAt, needsSweep } from "../store/sweeps.ts";
import { accessOf, keepKey, readSeen } from "./access.ts";
import type { AppEnv } from "./context.ts";
import { isAnyone, keepFor } from "./keeping.ts";
import { allFaults, pushChannels } from "./push-channels.ts";
import { readerOf } from "./reader.ts";

/** The page asks for the stylesheet by its version; who asks for it without gets it checked by its etag. */
const FOR_EVER = "public, max-age=31536000, immutable";
/** Less than the page waits before it fetches itself again. */
const PAGE_SECONDS = 15;
const CHECK_FIRST = "public, no-cache";

export function pageRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use(async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  });
  routes.get("/", async (c) => {
    const { db, now, sweepSoon, lastPage } = c.env;
    const key = c.req.query("key");
    // The key leaves the address, where it would be seen, kept and passed on.
    if (key !== undefined && (await keepKey(c, key))) return c.redirect("/", 303);
    const reader = await readerOf(c);
    const by = reader.kind === "owner" ? reader.by : null;
    const asked = { by, renews: c.req.query("still") === undefined, all: c.req.query("all") !== undefined };
    const access = await accessOf(c);
    const summary = await readSeen(c, access);
    const html = page(summary, now, { ...asked, badKey: key !== undefined });
    keepFor(c, access, PAGE_SECONDS);
    const { lastSweepAt: at, isDue } = await needsSweep(db, now);
    if (isDue || sweepIsOverdue(at, now)) sweepSoon();
    if (asked.renews && !asked.all && isAnyone(c) && summary.sites.length > 0) lastPage?.keep(html);
    return c.html(html, key === undefined ? 200 : 403);
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
  routes.get("/healthz", async (c) => {
    const { db, now } = c.env;
    const at = await lastSweepAt(db);
    const sweeping = !sweepIsStale(at, now);
    const body = {
      ok: sweeping,
      serverTime: new Date(now).toISOString(),
      lastSweepAt: at === null ? null : new Date(at).toISOString(),
      ...(await faultsFor(c)),
    };
    return c.json(body, sweeping ? 200 : 503);
  });
  return routes;
}

/** They name channels and addresses: only the owner is told. */
async function faultsFor(c: Context<AppEnv>) {
  const { db, settings } = c.env;
  if ((await accessOf(c)).kind !== "owner") return {};
  return { faults: await allFaults(db, settings), notes: settings.notes };
}
