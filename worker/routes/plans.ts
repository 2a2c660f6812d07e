/** `PUT /v1/plan`: what a host will do and by when, held against the plans of the site's other hosts. */
import { Hono } from "hono";
import { type PlanAnswer, plan } from "../../protocol/plan.ts";
import { refuse } from "../../protocol/refusals.ts";
import { loosened } from "../judge/loosened.ts";
import { replan } from "../judge/planned.ts";
import { sayLoosened } from "../judge/say-plan.ts";
import { routingsOf } from "../settings.ts";
import { plansOf, putPlan } from "../store/hosts.ts";
import { watchesOfSites } from "../store/watches.ts";
import type { AppEnv } from "./context.ts";
import { readSigned } from "./signed.ts";

export function planRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.put("/", async (c) => {
    const { db, now, settings, sweepSoon } = c.env;
    const read = await readSigned(c.req.raw, plan, db, now);
    if (!read.ok) return refuse(read.failure, now);
    const { site, host } = read.value.sender.owner;
    const known = await plansOf(db, site);
    const others = known.filter((other) => other.host !== host);
    const plans = [...others, { host, plan: read.value.body, plannedAt: now }];
    const watches = await watchesOfSites(db, [site]);
    const change = replan(site, plans, watches, now);
    if (Array.isArray(change)) {
      return refuse({ code: "plan_conflict", errors: change.map((message) => ({ path: "", message })) }, now);
    }
    // What an enrolment asks for until there is a plan is nobody's wish.
    const eased = others.length === known.length ? [] : loosened(watches, change, now);
    const notice = sayLoosened(site, host, eased, now);
    const routings = routingsOf(settings);
    await putPlan(db, {
      site,
      host,
      plan: JSON.stringify(read.value.body),
      ...change,
      now,
      notice,
      routings,
      loosened: eased,
    });
    sweepSoon();
    const answer: PlanAnswer = { serverTime: new Date(now).toISOString(), watches: change.put.length };
    return c.json(answer);
  });
  routes.all("/", (c) => refuse({ code: "method_not_allowed", detail: "use PUT" }, c.env.now));
  return routes;
}
