/** What people and monitors read: the page, `status.json` and `healthz`. */
import { Hono } from "hono";
import { statusJson } from "../judge/status-json.ts";
import { readSummary } from "../store/summary.ts";
import { lastSweepAt } from "../store/sweeps.ts";
import type { AppEnv } from "./context.ts";

/** Older than this the last sweep is no sign of a watch that works. */
const SWEEP_STALE_MS = 300_000;

export function pageRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use(async (c, next) => {
    await next();
    c.res.headers.set("cache-control", "no-store");
  });
  routes.get("/status.json", async (c) => {
    const { db, settings, now } = c.env;
    return c.json(statusJson(await readSummary(db, settings.faults, now)));
  });
  routes.get("/healthz", async (c) => {
    const { db, settings, now } = c.env;
    const at = await lastSweepAt(db);
    const sweeping = at !== null && now - at <= SWEEP_STALE_MS;
    const body = {
      ok: sweeping,
      serverTime: new Date(now).toISOString(),
      lastSweepAt: at === null ? null : new Date(at).toISOString(),
      faults: settings.faults,
    };
    return c.json(body, sweeping ? 200 : 503);
  });
  return routes;
}
