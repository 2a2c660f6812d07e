/** The owner's API: what each resource serves, as one app. */
import type { Hono } from "hono";
import type { AppEnv } from "./context.ts";
import { exportRoutes } from "./export.ts";
import { ownerActRoutes } from "./owner-acts.ts";
import { ownerAuditRoutes } from "./owner-audit.ts";
import { ownerChannelRoutes } from "./owner-channels.ts";
import { ownerHostRoutes } from "./owner-hosts.ts";
import { passkeyRoutes } from "./passkeys.ts";
import { serve } from "./serve.ts";
import { sessionRoutes } from "./session.ts";
import { signInRoutes } from "./sign-in.ts";
import { tokenRoutes } from "./tokens.ts";

export function ownerRoutes(): Hono<AppEnv> {
  return serve([
    ...signInRoutes(),
    ...sessionRoutes(),
    ...passkeyRoutes(),
    ...tokenRoutes(),
    ...ownerHostRoutes(),
    ...ownerActRoutes(),
    ...ownerChannelRoutes(),
    ...ownerAuditRoutes(),
    ...exportRoutes(),
  ]);
}
