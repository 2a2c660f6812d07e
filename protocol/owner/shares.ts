/** Links that show what is public of private sites to whoever has one. */
import * as z from "zod/mini";
import { instant, name } from "../fields.ts";
import type { Operation } from "./operation.ts";
import { label } from "./sign-in.ts";

/** Random bits of the key in a link. */
export const SHARE_KEY_BITS = 128;
const SITES_MAX = 100;

const id = z.string().check(z.regex(/^[0-9a-f]{16}$/, "a link's id is hexadecimal"));
/** Null: every site, those to come as well. */
const sharedSites = z.nullable(z.array(name).check(z.minLength(1), z.maxLength(SITES_MAX)));

const share = z.strictObject({
  id,
  name: z.string(),
  sites: sharedSites,
  /** Empty when it was made before that was written down. */
  by: z.string(),
  madeAt: instant,
  revokedAt: z.nullable(instant),
});

export const listShares = {
  id: "listShares",
  method: "get",
  path: "/v1/shares",
  needs: "read",
  status: 200,
  answer: z.strictObject({ shares: z.array(share) }),
  refusals: [],
} as const satisfies Operation;

export const makeShare = {
  id: "makeShare",
  method: "post",
  path: "/v1/shares",
  needs: "person",
  body: z.strictObject({ name: label, sites: sharedSites }),
  status: 201,
  /** Shown this once. Feeds take the same key as `?key=…`. */
  answer: z.strictObject({ id, link: z.url() }),
  refusals: [],
} as const satisfies Operation;

export const revokeShare = {
  id: "revokeShare",
  method: "post",
  path: "/v1/shares/{id}/revoke",
  needs: "person",
  params: z.strictObject({ id }),
  status: 204,
  refusals: ["not_found"],
} as const satisfies Operation;
