/**
 * `/act/TOKEN`: the links in alerts. GET and HEAD show what a link is about and change nothing; POST does what it says and
 * leads back to the same page, which shows how things stand then. A token that is not ours costs no look at the database.
 */
import { type Context, Hono } from "hono";
import { refuse } from "../../protocol/refusals.ts";
import { batchOf } from "../judge/say-batch.ts";
import { type Claim, readToken } from "../links.ts";
import { badLinkPage, batchActPage, drillActPage, incidentActPage, type Reader } from "../page/act.tsx";
import { acknowledgeByLink, incidentOfId, incidentsOfBatch, snoozeByLink } from "../store/answers.ts";
import type { Database } from "../store/database.ts";
import { confirmDrill, drillOf, type KeptDrill } from "../store/drills.ts";
import type { KeptIncident } from "../store/verdicts.ts";
import type { AppEnv } from "./context.ts";
import { zoneOf } from "./reader-zone.ts";

const SNOOZE_MS = 86_400_000;

type Handled = Context<AppEnv, "/:token">;

export function actRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use(async (c, next) => {
    await next();
    c.res.headers.set("cache-control", "no-store");
  });
  routes.get("/:token", (c) =>
    withSubject(c, (claim, subject) => {
      const reader = { zone: zoneOf(c.req.raw.cf), now: c.env.now };
      return c.html(shown(claim, subject, reader));
    }),
  );
  routes.post("/:token", (c) =>
    withSubject(c, async (claim, subject) => {
      await carryOut(c, claim, subject);
      // Loading the answer again must not post again.
      return c.redirect(c.req.path, 303);
    }),
  );
  routes.all("/*", (c) => refuse({ code: "method_not_allowed", detail: "use GET or POST" }, c.env.now));
  return routes;
}

/** What a link is about. */
type Subject =
  | { readonly kind: "incidents"; readonly action: "ack" | "snooze"; readonly incidents: readonly KeptIncident[] }
  | { readonly kind: "drill"; readonly drilled: KeptDrill };

/** Hands over what a good link is about; of any other it says what is wrong. */
async function withSubject(
  c: Handled,
  then: (claim: Claim, subject: Subject) => Response | Promise<Response>,
): Promise<Response> {
  const { db, settings, now } = c.env;
  if (settings.linkSecret === null) return c.html(badLinkPage("off"), 404);
  const claim = await readToken(settings.linkSecret, c.req.param("token"), now);
  if (!claim.ok) return c.html(badLinkPage(claim.failure), claim.failure === "expired" ? 410 : 404);
  const subject = await subjectOf(db, claim.value);
  return subject === null ? c.html(badLinkPage("unknown"), 410) : then(claim.value, subject);
}

async function subjectOf(db: Database, { action, subject, channel }: Claim): Promise<Subject | null> {
  if (action === "confirm") {
    const drilled = await drillOf(db, channel);
    return drilled === null ? null : { kind: "drill", drilled };
  }
  const batchAt = batchOf(subject);
  const incident = batchAt === null ? await incidentOfId(db, subject) : null;
  const incidents = batchAt === null ? [] : await incidentsOfBatch(db, channel, batchAt);
  const all = incident === null ? incidents : [incident];
  return all.length === 0 ? null : { kind: "incidents", action, incidents: all };
}

function shown(claim: Claim, subject: Subject, reader: Reader): string {
  if (subject.kind === "drill") return drillActPage(subject.drilled, subject.drilled.drill === claim.subject, reader);
  const { action, incidents } = subject;
  const [only, ...more] = incidents;
  return only === undefined || more.length > 0
    ? batchActPage(action, incidents, reader)
    : incidentActPage(action, only, reader);
}

async function carryOut(c: Handled, claim: Claim, subject: Subject): Promise<void> {
  const { db, now } = c.env;
  if (subject.kind === "drill") return confirmDrill(db, claim.channel, claim.subject, now);
  for (const incident of subject.incidents) {
    if (subject.action === "ack") await acknowledgeByLink(db, incident, claim.channel, now);
    else await snoozeByLink(db, incident, claim.channel, now + SNOOZE_MS, now);
  }
}
