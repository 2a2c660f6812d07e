/** `/v1/session`: who this is, and the end of it. */
import { type Context, Hono } from "hono";
import { deleteCookie, getCookie } from "hono/cookie";
import { refuse } from "../../protocol/refusals.ts";
import { endSession } from "../store/sessions.ts";
import type { AppEnv } from "./context.ts";
import { ownersOnly, readerOf, SESSION_COOKIE } from "./reader.ts";

export function sessionRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get("/", ownersOnly("read"), async (c) => {
    const reader = await readerOf(c);
    return reader.kind === "owner"
      ? c.json({ by: reader.by, may: reader.may, through: reader.through })
      : refuse({ code: "sign_in_needed" }, c.env.now);
  });
  routes.post("/end", ownersOnly("read"), async (c) => {
    const id = sessionIdOf(c);
    if (id === undefined) return refuse({ code: "not_found", detail: "a token has no session" }, c.env.now);
    await endSession(c.env.db, id, c.env.now);
    deleteCookie(c, SESSION_COOKIE, { prefix: "host", secure: true, path: "/" });
    return c.body(null, 204);
  });
  routes.all("/*", (c) => refuse({ code: "method_not_allowed", detail: "use GET, or POST …/end" }, c.env.now));
  return routes;
}

/** Undefined for who asks with a token. */
function sessionIdOf(c: Context<AppEnv>): string | undefined {
  return c.req.header("authorization") === undefined ? getCookie(c, SESSION_COOKIE, "host")?.split(".")[0] : undefined;
}
