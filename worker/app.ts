/** Mounts the routes and maps every failure to a refusal. `now` and settings are read once a request, in index.ts. */
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { problemOf, type Refusal, refuse } from "../protocol/refusals.ts";
import { failurePage } from "./page/failure.tsx";
import { stamped } from "./page/stamp.ts";
import { actRoutes } from "./routes/acts.ts";
import type { AppEnv } from "./routes/context.ts";
import { enrollmentRoutes } from "./routes/enrollments.ts";
import { feedRoutes } from "./routes/feeds.ts";
import { heartbeatRoutes } from "./routes/heartbeats.ts";
import { hostStatusRoutes } from "./routes/host-status.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { ownerRoutes } from "./routes/owner.ts";
import { ownerFormRoutes } from "./routes/owner-forms.ts";
import { ownerPageRoutes } from "./routes/owner-pages.ts";
import { pageRoutes } from "./routes/pages.ts";
import { planRoutes } from "./routes/plans.ts";
import { subscriptionRoutes } from "./routes/subscriptions.ts";

/** What a page may load and do: style, script and pictures of our own, and itself again. */
const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  scriptSrc: ["'self'"],
  connectSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};
/** A page that speaks with the browser itself may need a service worker. */
const SCRIPTED_PAGES = ["/", "/subscribe", "/sign-in", "/owner/enroll"];
const SCRIPTED = {
  ...POLICY,
  workerSrc: ["'self'"],
  manifestSrc: ["'self'"],
};

/** The page behind a link in an alert has a form that posts to itself; the owner's pages and an incident's have more. */
const PRESSED = { ...POLICY, formAction: ["'self'"] };

export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const plain = secureHeaders({ contentSecurityPolicy: POLICY });
  const scripted = secureHeaders({ contentSecurityPolicy: SCRIPTED });
  const pressed = secureHeaders({ contentSecurityPolicy: PRESSED });
  app.use((c, next) => {
    if (SCRIPTED_PAGES.includes(c.req.path)) return scripted(c, next);
    const hasForms = ["/act/", "/incidents/"].some((start) => c.req.path.startsWith(start)) || isOwners(c.req.path);
    return (hasForms ? pressed : plain)(c, next);
  });
  app.route("/v1/enrollments", enrollmentRoutes());
  app.route("/v1/plan", planRoutes());
  app.route("/v1/heartbeats", heartbeatRoutes());
  app.route("/v1/status", hostStatusRoutes());
  app.route("/v1/subscriptions", subscriptionRoutes());
  app.route("/", ownerRoutes());
  app.route("/", ownerPageRoutes());
  app.route("/owner", ownerFormRoutes());
  app.route("/act", actRoutes());
  app.route("/", feedRoutes());
  app.route("/site", jobRoutes());
  app.route("/incidents", incidentRoutes());
  app.route("/", pageRoutes());
  app.notFound((c) => refuse({ code: "not_found" }, c.env.now));
  app.onError((error, c) => {
    console.error(
      JSON.stringify({ at: new Date(c.env.now).toISOString(), path: pathOf(c.req.path), error: causeOf(error) }),
    );
    const refusal = refusalOf(error);
    if (c.req.path === "/" && refusal.code === "unavailable") return lastOrFailedPage(c.env, refusal);
    return isPage(c.req.path) ? failedPage(refusal, c.env.now) : refuse(refusal, c.env.now);
  });
  return app;
}

function isOwners(path: string): boolean {
  return path === "/owner" || path.startsWith("/owner/");
}

/** What people read: a failure is a page there, too. */
function isPage(path: string): boolean {
  return (
    ["/", "/incidents", "/owner"].includes(path) ||
    ["/act/", "/site/", "/incidents/", "/owner/"].some((start) => path.startsWith(start))
  );
}

/** What may stand in a log: whoever has a link can act. */
function pathOf(path: string): string {
  return path.startsWith("/act/") ? "/act/…" : path;
}

/** The last page that was given, with its age on it, while the database does not answer. */
async function lastOrFailedPage({ lastPage, now }: AppEnv["Bindings"], refusal: Refusal): Promise<Response> {
  // Whatever keeps it may fail as well.
  const kept = await lastPage?.read().catch(() => null);
  return kept == null ? failedPage(refusal, now) : failedWith(stamped(kept.html, kept.at, now), refusal, now);
}

/** The front page is read by people: its failure is a page too, with the refusal's status. */
function failedPage(refusal: Refusal, now: number): Response {
  return failedWith(failurePage(refusal.code === "unavailable" ? "database" : "bug", now), refusal, now);
}

function failedWith(html: string, refusal: Refusal, now: number): Response {
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  return new Response(html, { status: problemOf(refusal, now).status, headers });
}

/** D1 that does not answer may answer later; anything else is a bug of ours. */
function refusalOf(error: Error): Refusal {
  return causeOf(error).includes("D1_ERROR") || causeOf(error).includes("Network connection lost")
    ? { code: "unavailable" }
    : { code: "internal" };
}

/** Drizzle wraps D1's error, and its own message holds the parameters, which do not belong in a log. */
function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
