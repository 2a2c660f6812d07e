/** `/v1/session`: who this is, and the end of it. `/v1/sessions`: who else is signed in. */
import type { Context } from "hono";
import { deleteCookie, getCookie } from "hono/cookie";
import { endOwnSession, endSession, listSessions, readSession } from "../../protocol/owner/sign-in.ts";
import { failed, ok } from "../../protocol/result.ts";
import * as store from "../store/sessions.ts";
import type { AppEnv } from "./context.ts";
import { isoOf } from "./iso.ts";
import { SESSION_COOKIE } from "./reader.ts";
import { on, type Served } from "./serve.ts";

const NO_SESSION = failed({ code: "not_found", detail: "there is no such session" } as const);

export function sessionRoutes(): Served[] {
  return [
    on(readSession, ({ owner }) => ok({ by: owner.by, may: owner.may, through: owner.through })),
    on(endOwnSession, async ({ owner }, c) => {
      const id = sessionIdOf(c);
      if (owner.through !== "session" || id === undefined) return NO_SESSION;
      deleteCookie(c, SESSION_COOKIE, { prefix: "host", secure: true, path: "/" });
      await store.endSession(c.env.db, id, owner, c.env.now);
      return ok(null);
    }),
    on(listSessions, async (_, c) => {
      const own = sessionIdOf(c);
      const rows = await store.livingSessions(c.env.db, c.env.now);
      const sessions = rows.map(({ id, owner, passkeyName, beganAt, usedAt }) => ({
        id,
        by: owner,
        passkey: passkeyName ?? "",
        beganAt: isoOf(beganAt),
        usedAt: isoOf(usedAt),
        own: id === own,
      }));
      return ok({ sessions });
    }),
    on(endSession, async ({ params, owner }, c) =>
      (await store.endSession(c.env.db, params.id, owner, c.env.now)) ? ok(null) : NO_SESSION,
    ),
  ];
}

/** Undefined for who brings no cookie. */
function sessionIdOf(c: Context<AppEnv>): string | undefined {
  return getCookie(c, SESSION_COOKIE, "host")?.split(".")[0];
}
