/**
 * Who is asking. A token in the Authorization header is a program's, and stands alone: a bad one is nobody, whatever cookie
 * comes with it. Else who passed Cloudflare Access, where that is set up, or else a browser's session. What a browser sends by itself (a cookie) proves no will: whatever changes
 * something has to come from a page of our own.
 */
import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { type Refusal, refuse } from "../../protocol/refusals.ts";
import { type May, PUBLIC, permission, type Reader } from "../judge/reader.ts";
import type { AccessTeam } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { hasPasskeys } from "../store/passkeys.ts";
import { livingSession, touchSession } from "../store/sessions.ts";
import { livingToken, touchToken } from "../store/tokens.ts";
import { ownerByAccess } from "./cloudflare-access.ts";
import type { AppEnv } from "./context.ts";
import { readSecret, sameHash } from "./secret.ts";

/** The cookie's name is `__Host-tierwatch`: to this host alone, over https alone. */
export const SESSION_COOKIE = "tierwatch";
const BEARER = /^Bearer +(\S+)$/i;

/** Who is asking; the database is looked at once a request, and never for who shows neither cookie nor token. */
export function readerOf(c: Context<AppEnv>): Promise<Reader> {
  const asked = c.get("reader") ?? recognise(c);
  c.set("reader", asked);
  return asked;
}

/** Whether anybody can be the owner: by Cloudflare Access, or since `npm run owner` made the first passkey. */
export async function isOwned({ db, settings }: AppEnv["Bindings"]): Promise<boolean> {
  return settings.access !== null || (await hasPasskeys(db));
}

/**
 * Lets nobody through but an owner who may do that. Below /v1/ the answer to others is a refusal, elsewhere the way to
 * /sign-in and back. What lies behind is kept by no cache.
 */
export function ownersOnly(needs: May): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const reader = await readerOf(c);
    const refusal = refusalOf(c, reader, needs);
    if (refusal !== null) return turnedAway(c, refusal);
    await next();
    c.res.headers.set("cache-control", "private, no-store");
  };
}

/** Why this reader may not do that, in this request; null when they may. */
export function refusalOf(c: Context<AppEnv>, reader: Reader, needs: May): Refusal | null {
  const granted = permission(reader, needs);
  if (granted === "unknown") return { code: "sign_in_needed" };
  if (granted === "forbidden") return { code: "not_allowed" };
  const isAmbient = reader.kind === "owner" && reader.through !== "token";
  return isAmbient && !isSafe(c.req.method) && !isOwnPage(c.req.raw) ? { code: "cross_site" } : null;
}

function turnedAway(c: Context<AppEnv>, refusal: Refusal): Response {
  const isPage = !c.req.path.startsWith("/v1/") && isSafe(c.req.method) && refusal.code === "sign_in_needed";
  if (!isPage) return refuse(refusal, c.env.now);
  const { pathname, search } = new URL(c.req.url);
  c.header("cache-control", "no-store");
  return c.redirect(`/sign-in?next=${encodeURIComponent(pathname + search)}`, 303);
}

function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/**
 * Whether a page of this very origin sent it: browsers say so in a header that no script can set (Fetch Metadata), older
 * ones by Origin. Who says neither is no browser, and has no business with a cookie.
 */
export function isOwnPage(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  return site === null ? request.headers.get("origin") === new URL(request.url).origin : site === "same-origin";
}

async function recognise(c: Context<AppEnv>): Promise<Reader> {
  const { db, now, settings } = c.env;
  const authorization = c.req.header("authorization");
  if (authorization !== undefined) return byToken(db, BEARER.exec(authorization)?.[1] ?? "", now);
  if (settings.access !== null) return byAccess(c, settings.access, now);
  const cookie = getCookie(c, SESSION_COOKIE, "host");
  return cookie === undefined ? PUBLIC : bySession(db, cookie, now);
}

async function byToken(db: Database, text: string, now: number): Promise<Reader> {
  const shown = await readSecret(text);
  const token = shown && (await livingToken(db, shown.id));
  if (token === null || shown === null || !sameHash(token.secretHash, shown.hash)) return PUBLIC;
  await touchToken(db, token, now);
  return { kind: "owner", by: `${token.owner}: ${token.name}`, may: token.may, through: "token" };
}

async function byAccess(c: Context<AppEnv>, team: AccessTeam, now: number): Promise<Reader> {
  const token = c.req.header("cf-access-jwt-assertion") ?? getCookie(c, "CF_Authorization");
  return (token === undefined ? null : await ownerByAccess(team, token, now)) ?? PUBLIC;
}

async function bySession(db: Database, text: string, now: number): Promise<Reader> {
  const shown = await readSecret(text);
  const session = shown && (await livingSession(db, shown.id, now));
  if (session === null || shown === null || !sameHash(session.secretHash, shown.hash)) return PUBLIC;
  await touchSession(db, session, now);
  return { kind: "owner", by: session.owner, may: "write", through: "session" };
}
