/** `/sign-in` and `/owner/enroll`: the pages on which a person becomes the owner. */
import { type Context, Hono } from "hono";
import { enrollPage, type SignInState, signInPage } from "../page/sign-in.tsx";
import type { AppEnv } from "./context.ts";
import { isOwned, readerOf } from "./reader.ts";

const ADDRESS = /^(?:[\d.]+|\[.*\])$/;
const LOOPBACK = ["127.0.0.1", "[::1]"];

export function ownerPageRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use("/sign-in", notKept);
  routes.use("/owner/enroll", notKept);
  routes.get("/sign-in", async (c) => {
    const reader = await readerOf(c);
    const next = nextOf(c);
    if (reader.kind === "owner" && c.req.query("next") !== undefined) return c.redirect(next, 303);
    const state: SignInState =
      reader.kind === "owner"
        ? { kind: "in", by: reader.by, canSignOut: reader.through === "session" }
        : await stateFor(c);
    return c.html(signInPage(state, next));
  });
  routes.get("/owner/enroll", async (c) => c.html(enrollPage(wayOf(c))));
  return routes;
}

async function notKept(c: Context<AppEnv>, next: () => Promise<void>): Promise<void> {
  await next();
  c.res.headers.set("cache-control", "private, no-store");
}

/** A path of ours, and nothing that a browser takes for another site. */
function nextOf(c: Context<AppEnv>): string {
  const asked = c.req.query("next") ?? "/";
  const { origin } = new URL(c.req.url);
  const url = URL.canParse(asked, origin) ? new URL(asked, origin) : null;
  return url === null || url.origin !== origin || !asked.startsWith("/") ? "/" : url.pathname + url.search;
}

async function stateFor(c: Context<AppEnv>): Promise<SignInState> {
  const way = wayOf(c);
  return way.kind === "out" && !(await isOwned(c.env)) ? { kind: "unowned" } : way;
}

/** By which way somebody comes in at this address. */
function wayOf(c: Context<AppEnv>): Extract<SignInState, { kind: "out" | "access" | "address" }> {
  if (c.env.settings.access !== null) return { kind: "access" };
  const url = new URL(c.req.url);
  if (!ADDRESS.test(url.hostname)) return { kind: "out" };
  if (!LOOPBACK.includes(url.hostname)) return { kind: "address", url: null };
  url.hostname = "localhost";
  return { kind: "address", url: url.href };
}
