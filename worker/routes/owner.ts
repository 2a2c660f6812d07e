/** The owner's API: what each resource serves, as one app. */
import type { Hono } from "hono";
import type { AppEnv } from "./context.ts";
import { exportRoutes } from "./export.ts";
import { ownerActRoutes } from "./owner-acts.ts";
import { ownerAuditRoutes } from "./owner-audit.ts";
import { ownerBrowserRoutes } from "./owner-browsers.ts";
import { ownerChannelRoutes } from "./owner-channels.ts";
import { ownerHostRoutes } from "./owner-hosts.ts";
import { ownerRemovalRoutes } from "./owner-removal.ts";
import { passkeyRoutes } from "./passkeys.ts";
import { type Served, serve } from "./serve.ts";
import { sessionRoutes } from "./session.ts";
import { shareRoutes } from "./shares.ts";
import { signInRoutes } from "./sign-in.ts";
import { tokenRoutes } from "./tokens.ts";

export function ownerRoutes(): Hono<AppEnv> {
  return serve(ownerServed());
}

/** All that an owner can ask for; the owner's pages ask for the same. */
export function ownerServed(): Served[] {
  return [
    ...signInRoutes(),
    ...sessionRoutes(),
    ...passkeyRoutes(),
    ...tokenRoutes(),
    ...shareRoutes(),
    ...ownerHostRoutes(),
    ...ownerRemovalRoutes(),
    ...ownerActRoutes(),
    ...ownerChannelRoutes(),
    ...ownerBrowserRoutes(),
    ...ownerAuditRoutes(),
    ...exportRoutes(),
  ];
}
