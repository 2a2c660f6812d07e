/** `POST /v1/enrollments`: a one-time code turns a public key into a host of a site. */
import { Hono } from "hono";
import { fromBase64url } from "../../protocol/base64url.ts";
import { type EnrollmentAnswer, enrollment, publicKey as publicKeySchema } from "../../protocol/enrollment.ts";
import { refuse } from "../../protocol/refusals.ts";
import { failed, ok } from "../../protocol/result.ts";
import { type FindKey, keyIdOf } from "../../protocol/signature.ts";
import { unplannedHost } from "../judge/chain.ts";
import { plannedWatch } from "../judge/planned.ts";
import { enrol, findEnrollment, findKey } from "../store/hosts.ts";
import type { AppEnv } from "./context.ts";
import { hashOf } from "./hash.ts";
import { readSignedBy } from "./signed.ts";

const AWAY = "move the file away that pusher.toml names as key, and enrol again";
const OLD_KEY = { code: "code_refused", detail: `this code is for a new key: ${AWAY}` } as const;
const REVOKED_KEY = { code: "code_refused", detail: `this key was revoked: ${AWAY}` } as const;

export function enrollmentRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.post("/", async (c) => {
    const { db, now } = c.env;
    const read = await readSignedBy(c.req.raw, enrollment, ownKey, now);
    if (!read.ok) return refuse(read.failure, now);
    const { code, publicKey } = read.value.body;
    const { keyId } = read.value.sender;
    const codeHash = await hashOf(code);
    const place = await findEnrollment(db, codeHash, keyId, now);
    const known = await findKey(db, keyId);
    if (place === null) return refuse({ code: "code_refused" }, now);
    if (known !== null && known.revokedAt !== null) return refuse(REVOKED_KEY, now);
    if (place.needsNewKey && known !== null) return refuse(OLD_KEY, now);
    const { site, host } = place;
    const { key, spec } = unplannedHost(host, now);
    const watch = plannedWatch(site, key, spec, now);
    if (!(await enrol(db, { codeHash, keyId, publicKey, watch, host, now }))) {
      return refuse({ code: "code_refused" }, now);
    }
    const answer: EnrollmentAnswer = { site, host, keyId, serverTime: new Date(now).toISOString() };
    return c.json(answer, 201);
  });
  routes.all("/", (c) => refuse({ code: "method_not_allowed", detail: "use POST" }, c.env.now));
  return routes;
}

/** The key in the body signs its own enrolment: it proves that the sender holds the private half. */
function ownKey(body: unknown): FindKey<null> {
  return async (keyId) => {
    const sent = typeof body === "object" && body !== null && "publicKey" in body ? body.publicKey : undefined;
    const parsed = publicKeySchema.safeParse(sent);
    if (!parsed.success || (await keyIdOf(fromBase64url(parsed.data))) !== keyId)
      return failed({ code: "bad_signature" });
    return ok({ publicKey: parsed.data, owner: null });
  };
}
