/** Signing in: passkeys, sessions and tokens. */
import * as z from "zod/mini";
import { instant } from "../fields.ts";
import type { Operation } from "./operation.ts";

/** How long a link of `npm run owner` is good, and how many random bits are in its code. */
export const OWNER_CODE_TTL_SECONDS = 900;
export const OWNER_CODE_BITS = 128;
/** Within this a passkey has to have answered. */
export const CHALLENGE_TTL_SECONDS = 300;
const LABEL_MAX_CHARS = 60;
const ENCODED_MAX_CHARS = 8_192;

const encoded = z.string().check(z.maxLength(ENCODED_MAX_CHARS), z.regex(/^[A-Za-z0-9_-]+$/, "has to be base64url"));
/** 128 random bits in base64url: an id that we gave. */
const id = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/, "an id has 22 characters"));
/** A code of `npm run owner`. */
const code = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/, "a code has 22 characters"));
/** What somebody calls a thing of theirs (a token, a link), on one line. */
export const label = z
  .string()
  .check(z.trim(), z.minLength(1), z.maxLength(LABEL_MAX_CHARS), z.regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u));
const may = z.enum(["read", "write"]);
const maybe = z.nullable(instant);

/** As `PublicKeyCredential.toJSON()` gives it (WebAuthn Level 3, section 5.1), as far as it is read. */
export const assertion = z.object({
  id: encoded,
  type: z.literal("public-key"),
  response: z.object({ clientDataJSON: encoded, authenticatorData: encoded, signature: encoded }),
});
export type Assertion = z.infer<typeof assertion>;

export const attestation = z.object({
  id: encoded,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: encoded,
    authenticatorData: encoded,
    publicKey: encoded,
    publicKeyAlgorithm: z.int(),
  }),
});
export type Attestation = z.infer<typeof attestation>;

export const askToSignIn = {
  id: "askToSignIn",
  method: "post",
  path: "/v1/sign-in/challenge",
  needs: "page",
  status: 200,
  answer: z.strictObject({ challenge: encoded, rpId: z.string(), timeoutSeconds: z.int() }),
  refusals: ["conflict", "too_many"],
} as const satisfies Operation;

export const signIn = {
  id: "signIn",
  method: "post",
  path: "/v1/sign-in",
  needs: "page",
  body: assertion,
  status: 200,
  answer: z.strictObject({ by: z.string() }),
  refusals: ["passkey_refused", "conflict", "too_many"],
} as const satisfies Operation;

export const askToEnrol = {
  id: "askToEnrolPasskey",
  method: "post",
  path: "/v1/passkeys/challenge",
  needs: "page",
  body: z.strictObject({ code }),
  status: 200,
  answer: z.strictObject({
    challenge: encoded,
    timeoutSeconds: z.int(),
    rp: z.strictObject({ id: z.string(), name: z.string() }),
    user: z.strictObject({ id: encoded, name: z.string() }),
    /** COSE algorithms that can be verified. */
    algorithms: z.array(z.int()),
    /** Passkeys of this person that are known already. */
    known: z.array(encoded),
  }),
  refusals: ["code_refused", "conflict", "too_many"],
} as const satisfies Operation;

export const enrolPasskey = {
  id: "enrolPasskey",
  method: "post",
  path: "/v1/passkeys",
  needs: "page",
  body: z.strictObject({ code, passkey: attestation }),
  status: 201,
  answer: z.strictObject({ by: z.string(), name: z.string() }),
  refusals: ["code_refused", "passkey_refused", "conflict", "too_many"],
} as const satisfies Operation;

export const readSession = {
  id: "readSession",
  method: "get",
  path: "/v1/session",
  needs: "read",
  status: 200,
  answer: z.strictObject({ by: z.string(), may, through: z.enum(["session", "access", "token"]) }),
  refusals: [],
} as const satisfies Operation;

export const endOwnSession = {
  id: "endOwnSession",
  method: "post",
  path: "/v1/session/end",
  needs: "person",
  status: 204,
  refusals: ["not_found"],
} as const satisfies Operation;

const session = z.strictObject({
  id,
  by: z.string(),
  passkey: z.string(),
  beganAt: instant,
  usedAt: instant,
  own: z.boolean(),
});

export const listSessions = {
  id: "listSessions",
  method: "get",
  path: "/v1/sessions",
  needs: "read",
  status: 200,
  answer: z.strictObject({ sessions: z.array(session) }),
  refusals: [],
} as const satisfies Operation;

export const endSession = {
  id: "endSession",
  method: "post",
  path: "/v1/sessions/{id}/end",
  needs: "person",
  params: z.strictObject({ id }),
  status: 204,
  refusals: ["not_found"],
} as const satisfies Operation;

const passkey = z.strictObject({
  id: encoded,
  by: z.string(),
  name: z.string(),
  madeAt: instant,
  usedAt: maybe,
  removedAt: maybe,
});

export const listPasskeys = {
  id: "listPasskeys",
  method: "get",
  path: "/v1/passkeys",
  needs: "read",
  status: 200,
  answer: z.strictObject({ passkeys: z.array(passkey) }),
  refusals: [],
} as const satisfies Operation;

export const invitePasskey = {
  id: "invitePasskey",
  method: "post",
  path: "/v1/passkeys/invitations",
  needs: "person",
  status: 201,
  answer: z.strictObject({ link: z.url(), expiresAt: instant }),
  refusals: [],
} as const satisfies Operation;

export const removePasskey = {
  id: "removePasskey",
  method: "post",
  path: "/v1/passkeys/{id}/remove",
  needs: "person",
  params: z.strictObject({ id: encoded }),
  status: 204,
  refusals: ["not_found", "conflict"],
} as const satisfies Operation;

const token = z.strictObject({
  id,
  by: z.string(),
  name: z.string(),
  may,
  madeAt: instant,
  usedOn: z.nullable(z.iso.date()),
  revokedAt: maybe,
});

export const listTokens = {
  id: "listTokens",
  method: "get",
  path: "/v1/tokens",
  needs: "read",
  status: 200,
  answer: z.strictObject({ tokens: z.array(token) }),
  refusals: [],
} as const satisfies Operation;

export const makeToken = {
  id: "makeToken",
  method: "post",
  path: "/v1/tokens",
  needs: "person",
  body: z.strictObject({ name: label, may }),
  status: 201,
  answer: z.strictObject({ id, token: z.string() }),
  refusals: [],
} as const satisfies Operation;

export const revokeToken = {
  id: "revokeToken",
  method: "post",
  path: "/v1/tokens/{id}/revoke",
  needs: "person",
  params: z.strictObject({ id }),
  status: 204,
  refusals: ["not_found"],
} as const satisfies Operation;
