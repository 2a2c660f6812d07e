/** Hosts, their keys and their plans. */
import * as z from "zod/mini";
import { instant, name } from "../fields.ts";
import type { Operation } from "./operation.ts";

const maybe = z.nullable(instant);
/** SHA-256 of a public key in base64url: what `pusher enroll` and `pusher status` show as the key's fingerprint. */
const fingerprint = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/, "a fingerprint has 43 characters"));
const place = z.strictObject({ site: name, host: name });

const loosening = z.strictObject({
  putAt: instant,
  /** One sentence each. */
  changes: z.array(z.string()),
  approved: z.nullable(z.strictObject({ at: instant, by: z.string() })),
});

const host = z.strictObject({
  site: name,
  host: name,
  /** Of its watch; null before it enrolled. */
  status: z.nullable(z.string()),
  heardAt: maybe,
  plannedAt: maybe,
  keys: z.array(z.strictObject({ fingerprint, enrolledAt: instant, revokedAt: maybe })),
  /** Codes that nobody used yet. */
  codes: z.array(z.strictObject({ expiresAt: instant, replaces: z.boolean() })),
  /** Plans that watched less than the one before, the newest first. */
  loosened: z.array(loosening),
});

export const listHosts = {
  id: "listHosts",
  method: "get",
  path: "/v1/hosts",
  needs: "read",
  status: 200,
  answer: z.strictObject({ hosts: z.array(host) }),
  refusals: [],
} as const satisfies Operation;

const invited = z.strictObject({
  code: z.string(),
  expiresAt: instant,
  /** The line of pusher.toml that says where the worker is. */
  toml: z.string(),
  /** What to type on the host, in the folder of pusher.mjs and pusher.toml. */
  commands: z.strictObject({ linux: z.string(), windows: z.string() }),
});

export const addHost = {
  id: "addHost",
  method: "post",
  path: "/v1/hosts",
  needs: "write",
  body: place,
  status: 201,
  answer: invited,
  refusals: ["conflict"],
} as const satisfies Operation;

export const rotateKey = {
  id: "rotateKey",
  method: "post",
  path: "/v1/sites/{site}/hosts/{host}/rotate",
  needs: "write",
  params: place,
  status: 201,
  answer: invited,
  refusals: ["not_found"],
} as const satisfies Operation;

export const revokeKey = {
  id: "revokeKey",
  method: "post",
  path: "/v1/keys/{fingerprint}/revoke",
  needs: "write",
  params: z.strictObject({ fingerprint }),
  status: 204,
  refusals: ["not_found"],
} as const satisfies Operation;

const removal = z.strictObject({
  /** Keys of what would no longer be watched: the host, its jobs, copies that nobody else feeds. */
  watches: z.array(z.string()),
  /** Open incidents that would close with them. */
  incidents: z.array(z.strictObject({ id: z.string(), title: z.string() })),
});

export const readRemoval = {
  id: "readRemoval",
  method: "get",
  path: "/v1/sites/{site}/hosts/{host}/removal",
  needs: "read",
  params: place,
  status: 200,
  answer: removal,
  refusals: ["not_found", "conflict"],
} as const satisfies Operation;

export const removeHost = {
  id: "removeHost",
  method: "post",
  path: "/v1/sites/{site}/hosts/{host}/remove",
  needs: "write",
  params: place,
  status: 204,
  refusals: ["not_found", "conflict"],
} as const satisfies Operation;

export const approvePlan = {
  id: "approvePlan",
  method: "post",
  path: "/v1/sites/{site}/hosts/{host}/plan/approve",
  needs: "write",
  params: place,
  /** Approves of what that plan and those before it watch less. */
  body: z.strictObject({ putAt: instant }),
  status: 204,
  refusals: ["not_found"],
} as const satisfies Operation;
