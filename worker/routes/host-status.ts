/** `POST /v1/status`: what the worker thinks of the host that asks. It writes nothing. */
import { Hono } from "hono";
import { refuse } from "../../protocol/refusals.ts";
import { type StatusAnswer, statusQuestion } from "../../protocol/status.ts";
import { hostStatus } from "../judge/host-status.ts";
import { lastSweepAt } from "../store/sweeps.ts";
import { readableWatches } from "../store/watches.ts";
import type { AppEnv } from "./context.ts";
import { readSigned } from "./signed.ts";

export function hostStatusRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.post("/", async (c) => {
    const { db, now } = c.env;
    const read = await readSigned(c.req.raw, statusQuestion, db, now);
    if (!read.ok) return refuse(read.failure, now);
    const { site, host } = read.value.sender.owner;
    const { watches } = await readableWatches(db, [site]);
    const sweptAt = await lastSweepAt(db);
    const answer: StatusAnswer = {
      serverTime: new Date(now).toISOString(),
      lastSweepAt: sweptAt === null ? null : new Date(sweptAt).toISOString(),
      watches: hostStatus(watches, host, now),
    };
    return c.json(answer);
  });
  routes.all("/", (c) => refuse({ code: "method_not_allowed", detail: "use POST" }, c.env.now));
  return routes;
}
