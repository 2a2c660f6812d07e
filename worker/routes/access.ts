/**
 * What the reader may see. The owner, signed in or by a token that may read, sees all. A share's key comes as `?key=…`, for feeds, or in the cookie that the page sets at
 * the first visit with one. A key that is not ours costs one look at the database, and shows what everybody sees.
 */
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { type Access, joined, seenBy } from "../judge/access.ts";
import type { Sites } from "../judge/public.ts";
import type { Summary } from "../judge/summary.ts";
import { routingsOf } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { sharedSites } from "../store/shares.ts";
import { readSummary } from "../store/summary.ts";
import { isAnythingWatched } from "../store/watches.ts";
import type { AppEnv } from "./context.ts";
import { hashOf } from "./hash.ts";
import { allFaults } from "./push-channels.ts";
import { readerOf } from "./reader.ts";

type Asked = Context<AppEnv>;

/** 22 characters of base64url are 128 random bits. */
const KEY = /^[A-Za-z0-9_-]{22}$/;
const COOKIE = "tierwatch-share";
/** The longest that browsers keep one. */
const COOKIE_SECONDS = 400 * 86_400;

/** What the reader may see. */
export async function accessOf(c: Asked): Promise<Access> {
  const { db, settings } = c.env;
  if (settings.openToAll || (await readerOf(c)).kind === "owner") return { kind: "owner" };
  const shared = await sharedBy(db, keyOf(c));
  return { kind: "public", sites: joined(settings.publicSites, shared ?? []) };
}

/** What is wanted of how things stand: one site alone, and how many closed incidents of each. */
interface Only {
  readonly site?: string;
  readonly closedMax?: number;
}

/** What the reader may see of how things stand. Of private sites no row is read for who may not see them. */
export async function readSeen(c: Asked, access: Access, only: Only = {}): Promise<Summary> {
  const { db, settings, now } = c.env;
  const { drill, publicSites } = settings;
  const faults = await allFaults(db, settings);
  const setup = { faults, routings: routingsOf(settings), drills: drill !== null, publicSites };
  const sites = among(access.kind === "owner" ? "all" : access.sites, only.site);
  const summary = seenBy(access, await readSummary(db, setup, now, { sites, closedMax: only.closedMax }));
  if (access.kind === "owner" || summary.sites.length > 0 || !(await isAnythingWatched(db))) return summary;
  return { ...summary, view: "hiding", faults: [] };
}

function among(sites: Sites, site: string | undefined): Sites {
  if (site === undefined) return sites;
  return sites === "all" || sites.includes(site) ? [site] : [];
}

/** Keeps the key of the address in a cookie, so that it need not stay in the address; false when it shows nothing. */
export async function keepKey(c: Asked, key: string): Promise<boolean> {
  if ((await sharedBy(c.env.db, key)) === null) return false;
  // Lax: the link may come from a message, and a Strict cookie would not be sent along that way.
  const options = { prefix: "host", path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;
  setCookie(c, COOKIE, key, { ...options, maxAge: COOKIE_SECONDS });
  return true;
}

function keyOf(c: Asked): string | undefined {
  return c.req.query("key") ?? getCookie(c, COOKIE, "host");
}

async function sharedBy(db: Database, key: string | undefined) {
  return key === undefined || !KEY.test(key) ? null : sharedSites(db, await hashOf(key));
}
