/** `/v1/hosts` and what is done to a host's key and plan. */
import { ENROLLMENT_CODE_BITS, ENROLLMENT_CODE_TTL_SECONDS } from "../../protocol/limits.ts";
import * as operations from "../../protocol/owner/hosts.ts";
import { failed, ok } from "../../protocol/result.ts";
import type { Doer } from "../store/audit.ts";
import * as store from "../store/owner-hosts.ts";
import type { AppEnv } from "./context.ts";
import { hashOf } from "./hash.ts";
import { isoOf, isoOrNull } from "./iso.ts";
import { randomCode } from "./secret.ts";
import { on, type Served } from "./serve.ts";

interface Place {
  readonly site: string;
  readonly host: string;
}

export function ownerHostRoutes(): Served[] {
  return [
    on(operations.listHosts, async (_, c) => {
      const hosts = await store.knownHosts(c.env.db, c.env.now);
      return ok({ hosts: hosts.map(shownHost) });
    }),
    on(operations.addHost, async ({ body, owner }, c) => {
      if (await store.hasKey(c.env.db, body.site, body.host)) {
        return failed({ code: "conflict", detail: `${body.host} of ${body.site} has a key: rotate that` });
      }
      return ok(await invited(c.env, c.req.url, body, false, owner));
    }),
    on(operations.rotateKey, async ({ params, owner }, c) => {
      if (!(await store.hasKey(c.env.db, params.site, params.host))) {
        return failed({ code: "not_found", detail: "this host has no key that is good: add it" });
      }
      return ok(await invited(c.env, c.req.url, params, true, owner));
    }),
    on(operations.revokeKey, async ({ params, owner }, c) =>
      (await store.revokeKey(c.env.db, params.fingerprint, owner, c.env.now))
        ? ok(null)
        : failed({ code: "not_found", detail: "there is no such key, or it was revoked" }),
    ),
    on(operations.approvePlan, async ({ params, body, owner }, c) => {
      const asked = { ...params, putAt: Date.parse(body.putAt) };
      return (await store.approvePlan(c.env.db, asked, owner, c.env.now))
        ? ok(null)
        : failed({ code: "not_found", detail: "no plan of this host waits for approval" });
    }),
  ];
}

/** A code for a host, and what to type with it there. */
async function invited({ db, now }: AppEnv["Bindings"], url: string, place: Place, replaces: boolean, doer: Doer) {
  const code = randomCode(ENROLLMENT_CODE_BITS);
  const expiresAt = now + ENROLLMENT_CODE_TTL_SECONDS * 1000;
  await store.putHostCode(db, { ...place, codeHash: await hashOf(code), expiresAt, replaces }, doer, now);
  return {
    code,
    expiresAt: isoOf(expiresAt),
    toml: `worker = ${JSON.stringify(new URL(url).origin)}`,
    commands: { linux: `node pusher.mjs enroll ${code}`, windows: `node .\\pusher.mjs enroll ${code}` },
  };
}

function shownHost({ site, host, status, heardAt, plannedAt, keys, codes, loosened }: store.KnownHost) {
  return {
    ...{ site, host, status, heardAt: isoOrNull(heardAt), plannedAt: isoOrNull(plannedAt) },
    keys: keys.map(({ keyId, enrolledAt, revokedAt }) => ({
      ...{ fingerprint: keyId, enrolledAt: isoOf(enrolledAt), revokedAt: isoOrNull(revokedAt) },
    })),
    codes: codes.map(({ expiresAt, replaces }) => ({ expiresAt: isoOf(expiresAt), replaces })),
    loosened: loosened.map(({ putAt, changes, approvedAt, approvedBy }) => ({
      ...{ putAt: isoOf(putAt), changes: [...changes] },
      approved: approvedAt === null ? null : { at: isoOf(approvedAt), by: approvedBy ?? "" },
    })),
  };
}
