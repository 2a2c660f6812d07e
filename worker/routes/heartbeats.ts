/** `POST /v1/heartbeats`: records first; judging and alerting are the sweep's, on its own beat. */
import { Hono } from "hono";
import { type HeartbeatAnswer, heartbeat } from "../../protocol/heartbeat.ts";
import { refuse } from "../../protocol/refusals.ts";
import { sweepIsOverdue } from "../judge/clocks.ts";
import { recordHeartbeat } from "../store/intake.ts";
import type { AppEnv } from "./context.ts";
import { readSigned } from "./signed.ts";

export function heartbeatRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.post("/", async (c) => {
    const { db, now, sweepSoon } = c.env;
    const read = await readSigned(c.req.raw, heartbeat, db, now);
    if (!read.ok) return refuse(read.failure, now);
    const { body, sender } = read.value;
    const arrival = { ...sender.owner, heartbeat: body, createdAt: Math.min(sender.createdAt, now), now };
    const recorded = await recordHeartbeat(db, arrival);
    if (!recorded.held) return refuse({ code: "unavailable", detail: "others write the same site right now" }, now);
    const { lastSweepAt, judgeNow } = recorded;
    if (judgeNow || sweepIsOverdue(lastSweepAt, now)) sweepSoon();
    const answer: HeartbeatAnswer = {
      runs: [...new Set(body.runs.map(({ id }) => id))],
      serverTime: new Date(now).toISOString(),
      lastSweepAt: lastSweepAt === null ? null : new Date(lastSweepAt).toISOString(),
    };
    return c.json(answer);
  });
  routes.all("/", (c) => refuse({ code: "method_not_allowed", detail: "use POST" }, c.env.now));
  return routes;
}
