/** What every signed route does first: read the body within its limit, verify who sent it, parse it. */
import type * as z from "zod/mini";
import { BODY_MAX_BYTES } from "../../protocol/limits.ts";
import type { Refusal } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { type FindKey, type Verified, verifyRequest } from "../../protocol/signature.ts";
import type { Database } from "../store/database.ts";
import { findKey } from "../store/hosts.ts";
import { checked, parseJson, readJsonBytes } from "./body.ts";
import type { Sender } from "./context.ts";

export interface SignedBody<Body, Owner> {
  readonly body: Body;
  readonly sender: Verified<Owner>;
}

/** Verifies a request of an enrolled host and parses its body. */
export function readSigned<Schema extends z.ZodMiniType>(
  request: Request,
  schema: Schema,
  db: Database,
  now: number,
): Promise<Result<SignedBody<z.infer<Schema>, Sender>, Refusal>> {
  return readSignedBy(request, schema, () => enrolledKey(db), now);
}

/** As `readSigned`, with the keys that may sign chosen from the parsed body: an enrolment brings its own. */
export async function readSignedBy<Schema extends z.ZodMiniType, Owner>(
  request: Request,
  schema: Schema,
  keysFor: (body: unknown) => FindKey<Owner>,
  now: number,
): Promise<Result<SignedBody<z.infer<Schema>, Owner>, Refusal>> {
  const bytes = await readJsonBytes(request, BODY_MAX_BYTES);
  if (!bytes.ok) return bytes;
  const json = parseJson(bytes.value);
  const sender = await verifyRequest(request, bytes.value, keysFor(json), now);
  if (!sender.ok) return sender;
  const body = checked(json, schema);
  return body.ok ? ok({ body: body.value, sender: sender.value }) : body;
}

function enrolledKey(db: Database): FindKey<Sender> {
  return async (keyId) => {
    const key = await findKey(db, keyId);
    if (key === null) return failed({ code: "unknown_host" });
    if (key.revokedAt !== null) return failed({ code: "key_revoked" });
    return ok({ publicKey: key.publicKey, owner: { site: key.site, host: key.host } });
  };
}
