/** What every signed route does first: read the body within its limit, verify who sent it, parse it. */
import type * as z from "zod/mini";
import { BODY_MAX_BYTES } from "../../protocol/limits.ts";
import { malformed, type Refusal } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { type FindKey, type Verified, verifyRequest } from "../../protocol/signature.ts";
import type { Database } from "../store/database.ts";
import { findKey } from "../store/hosts.ts";
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
  if (mediaType(request) !== "application/json") return failed({ code: "unsupported_media_type" });
  const bytes = await readBody(request);
  if (bytes === null) return failed({ code: "body_too_large", detail: `at most ${BODY_MAX_BYTES} bytes` });
  const json = parseJson(bytes);
  const sender = await verifyRequest(request, bytes, keysFor(json), now);
  if (!sender.ok) return sender;
  if (json === undefined) return failed({ code: "malformed", detail: "the body is not JSON in UTF-8" });
  const parsed = schema.safeParse(json);
  return parsed.success ? ok({ body: parsed.data, sender: sender.value }) : failed(malformed(parsed.error));
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** The raw body, or null when it is over the limit; reading stops there, whatever Content-Length says. */
async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_MAX_BYTES) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > BODY_MAX_BYTES) return null;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function enrolledKey(db: Database): FindKey<Sender> {
  return async (keyId) => {
    const key = await findKey(db, keyId);
    if (key === null) return failed({ code: "unknown_host" });
    if (key.revokedAt !== null) return failed({ code: "key_revoked" });
    return ok({ publicKey: key.publicKey, owner: { site: key.site, host: key.host } });
  };
}
