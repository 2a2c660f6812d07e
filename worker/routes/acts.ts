/**
 * `/act/TOKEN`: the links in alerts. GET and HEAD show what a link is about and change nothing; POST does what it says and
 * leads back to the same page, which shows how things stand then. A token that is not ours costs no look at the database.
 */
import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { refuse } from "../../protocol/refusals.ts";
import { isZone } from "../judge/zone-clock.ts";
import { type Claim, readToken } from "../links.ts";
import { badLinkPage, incidentActPage } from "../page/act.tsx";
import { acknowledgeByLink, incidentOfId, snoozeByLink } from "../store/answers.ts";
import type { KeptIncident } from "../store/verdicts.ts";
import type { AppEnv } from "./context.ts";

const SNOOZE_MS = 86_400_000;

type Handled = Context<AppEnv, "/:token">;

export function actRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use(async (c, next) => {
    await next();
    c.res.headers.set("cache-control", "no-store");
  });
  routes.get("/:token", (c) => withIncident(c, async (claim, incident) => c.html(shown(c, claim, incident))));
  routes.post("/:token", (c) =>
    withIncident(c, async (claim, incident) => {
      await carryOut(c, claim, incident);
      // Loading the answer again must not post again.
      return c.redirect(c.req.path, 303);
    }),
  );
  routes.all("/*", (c) => refuse({ code: "method_not_allowed", detail: "use GET or POST" }, c.env.now));
  return routes;
}

/** Hands over what a good link is about; of any other it says what is wrong. */
async function withIncident(
  c: Handled,
  then: (claim: Claim, incident: KeptIncident) => Promise<Response>,
): Promise<Response> {
  const { db, settings, now } = c.env;
  if (settings.linkSecret === null) return c.html(badLinkPage("off"), 404);
  const claim = await readToken(settings.linkSecret, c.req.param("token"), now);
  if (!claim.ok) return c.html(badLinkPage(claim.failure), claim.failure === "expired" ? 410 : 404);
  const incident = await incidentOfId(db, claim.value.subject);
  return incident === null ? c.html(badLinkPage("unknown"), 410) : then(claim.value, incident);
}

function shown(c: Handled, { action }: Claim, incident: KeptIncident): string {
  const reader = { zone: zoneOf(c.req.raw.cf), now: c.env.now };
  return incidentActPage(action === "ack" ? "ack" : "snooze", incident, reader);
}

async function carryOut(c: Handled, { action, channel }: Claim, incident: KeptIncident): Promise<void> {
  const { db, now } = c.env;
  if (action === "ack") await acknowledgeByLink(db, incident, channel, now);
  else await snoozeByLink(db, incident, now + SNOOZE_MS, now);
}

const place = z.object({ timezone: z.string().check(z.refine(isZone)) });

/** Cloudflare tells where the reader's address is. */
function zoneOf(cf: unknown): string | null {
  const told = place.safeParse(cf);
  return told.success ? told.data.timezone : null;
}
