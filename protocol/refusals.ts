/**
 * Every way the worker refuses a request: a closed set of codes, each with its HTTP status and one sentence, sent as
 * RFC 9457 `application/problem+json`. A refusal says what the sender can do about it and nothing more.
 */
import * as z from "zod/mini";

interface RefusalKind {
  readonly status: number;
  readonly title: string;
}

const KINDS = {
  malformed: { status: 400, title: "The body does not fit the schema." },
  bad_digest: { status: 400, title: "Content-Digest is missing or does not match the body." },
  signature_missing: { status: 401, title: "The request carries no usable HTTP message signature." },
  bad_signature: { status: 401, title: "The signature does not verify over this request." },
  unknown_host: { status: 401, title: "No host has enrolled this key." },
  clock_skew: { status: 401, title: "The signature's time is too far from the server's clock." },
  sign_in_needed: { status: 401, title: "This is for the owner: sign in, or send a token." },
  key_revoked: { status: 403, title: "This key was revoked; enrol the host again." },
  code_refused: { status: 403, title: "The code is wrong, was used, or has expired; ask for a new one." },
  passkey_refused: { status: 403, title: "This passkey is unknown, or its answer is no good; try again." },
  not_allowed: { status: 403, title: "A token may not do this, or not this one." },
  cross_site: { status: 403, title: "The request did not come from a page of this Tierwatch." },
  not_found: { status: 404, title: "There is nothing at this address." },
  method_not_allowed: { status: 405, title: "This address does not take that method." },
  plan_conflict: { status: 409, title: "The plan contradicts another host's plan." },
  conflict: { status: 409, title: "As things stand this cannot be done." },
  body_too_large: { status: 413, title: "The body is larger than this server reads." },
  unsupported_media_type: { status: 415, title: "The body has to be application/json." },
  too_many: { status: 429, title: "Too many tries; wait a minute." },
  internal: { status: 500, title: "The server failed; the request may be sent again." },
  unavailable: { status: 503, title: "The database did not answer; send the request again later." },
} as const satisfies Record<string, RefusalKind>;

export type RefusalCode = keyof typeof KINDS;

/** A refusal as a value: the code, and what helps the sender. */
export interface Refusal {
  readonly code: RefusalCode;
  /** What exactly, in one sentence. */
  readonly detail?: string;
  /** One entry a fault, with a path into the body where there is one. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** The body of a refusal on the wire (RFC 9457, with `code`, `serverTime` and `errors` as extension members). */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.enum(Object.keys(KINDS) as [RefusalCode, ...RefusalCode[]]),
  detail: z.optional(z.string()),
  serverTime: z.string(),
  errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
});

export type Problem = z.infer<typeof problem>;

/** The problem document of a refusal; `now` is the server's clock in milliseconds. */
export function problemOf(refusal: Refusal, now: number): Problem {
  const kind = KINDS[refusal.code];
  return {
    type: `urn:tierwatch:problem:${refusal.code}`,
    title: kind.title,
    status: kind.status,
    code: refusal.code,
    ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
    serverTime: new Date(now).toISOString(),
    ...(refusal.errors === undefined ? {} : { errors: [...refusal.errors] }),
  };
}

/** The response that carries a refusal. */
export function refuse(refusal: Refusal, now: number): Response {
  const body = problemOf(refusal, now);
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      // RFC 9110, section 15.5.2: a 401 says how. Hosts, who sign, know.
      ...(refusal.code === "sign_in_needed" ? { "www-authenticate": 'Bearer realm="Tierwatch"' } : {}),
    },
  });
}

/** Faults of a failed zod parse as entries of a `malformed` refusal, at most ten. */
export function malformed(error: z.core.$ZodError): Refusal {
  const errors = error.issues.flatMap(closest).slice(0, 10);
  return {
    code: "malformed",
    errors: errors.map((issue) => ({ path: issue.path.join("."), message: sentence(issue) })),
  };
}

/** Where a value fits none of several shapes, the faults of the shape that it comes nearest to. */
function closest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const [nearest = []] = [...issue.errors].sort((a, b) => a.length - b.length);
  return nearest.flatMap((inner) => closest({ ...inner, path: [...issue.path, ...inner.path] }));
}

function sentence(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return `unknown ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
    case "invalid_type":
      return `has to be of type ${issue.expected}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "too_small":
      return `at least ${issue.minimum}`;
    case "invalid_value":
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    default:
      return issue.message;
  }
}
