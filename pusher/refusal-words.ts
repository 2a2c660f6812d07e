/** What each refusal of the worker means for the owner of this host, and what to do: one sentence each. */
import type { Problem, RefusalCode } from "../protocol/refusals.ts";

/** No host is ever answered so: something else is at the address. */
const OWNERS = "the worker takes this host for its owner; is `worker` in pusher.toml right, without a path?";

const WORDS: Readonly<Record<RefusalCode, string>> = {
  malformed: "the worker does not understand what was sent; is the pusher newer or older than the worker?",
  bad_digest: "the request was changed on its way; is there a proxy between?",
  signature_missing: "the signature did not arrive; is there a proxy between that drops headers?",
  bad_signature: "the signature does not fit the request; is there a proxy between that rewrites it?",
  unknown_host: "the worker does not know this host's key; run `enroll CODE` with a fresh code",
  clock_skew: "this host's clock is more than five minutes off; set it (NTP)",
  sign_in_needed: OWNERS,
  key_revoked: "this host's key was revoked; remove the key file and run `enroll CODE` with a fresh code",
  code_refused: "the enrolment code is wrong, was used, or has expired; make a new one and use it within 15 minutes",
  passkey_refused: OWNERS,
  not_allowed: OWNERS,
  cross_site: OWNERS,
  not_found: "the worker has nothing at this address; is `worker` in pusher.toml right?",
  method_not_allowed: "the worker does not take this request; is the pusher newer or older than the worker?",
  plan_conflict: "this host's plan contradicts another host's; make the two pusher.toml agree",
  conflict: OWNERS,
  body_too_large: "what was sent is larger than the worker reads",
  unsupported_media_type: "the request was changed on its way; is there a proxy between?",
  too_many: OWNERS,
  internal: "the worker failed; it is tried again with the next beat",
  unavailable: "the worker's database did not answer; it is tried again with the next beat",
};

/** The refusal in the owner's words, with the worker's own detail. */
export function wordsOf(problem: Problem): string {
  const entries = problem.errors?.slice(0, 3).map((entry) => `${entry.path}: ${entry.message}`) ?? [];
  const details = [...(problem.detail === undefined ? [] : [problem.detail]), ...entries];
  return details.length === 0 ? WORDS[problem.code] : `${WORDS[problem.code]} (${details.join("; ")})`;
}
