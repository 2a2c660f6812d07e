/** `/v1/sign-in`, and the passkeys that are enrolled with a one-time link. What a browser is given is a fresh session. */
import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import {
  type Assertion,
  askToEnrol,
  askToSignIn,
  CHALLENGE_TTL_SECONDS,
  enrolPasskey,
  signIn,
} from "../../protocol/owner/sign-in.ts";
import type { Refusal } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import * as store from "../store/passkeys.ts";
import { SESSION_MAX_MS } from "../store/sessions.ts";
import { isChallenge, makeChallenge } from "./challenge.ts";
import type { AppEnv } from "./context.ts";
import { hashOf } from "./hash.ts";
import { SESSION_COOKIE } from "./reader.ts";
import { makeSecret, randomText } from "./secret.ts";
import { on, type Served } from "./serve.ts";
import { ALGORITHMS, answeredBy, challengeOf, newPasskey, type Party, type Passkey } from "./webauthn.ts";

const KEY_BYTES = 32;
const SIGN_IN = "sign in";
const REFUSED = failed({ code: "passkey_refused" } as const);

export function signInRoutes(): Served[] {
  return [
    on(askToSignIn, async (_, c) => {
      const open = await opened(c);
      if (!open.ok) return open;
      const challenge = await makeChallenge(await keyOf(c), SIGN_IN, c.env.now);
      return ok({ challenge, rpId: partyOf(c).rpId, timeoutSeconds: CHALLENGE_TTL_SECONDS });
    }),
    on(signIn, async ({ body }, c) => {
      const open = await opened(c);
      return open.ok ? signedIn(c, body) : open;
    }),
    on(askToEnrol, async ({ body }, c) => {
      const open = await opened(c);
      if (!open.ok) return open;
      const codeHash = await hashOf(body.code);
      const owner = await store.ownerOfCode(c.env.db, codeHash, c.env.now);
      return owner === null ? failed({ code: "code_refused" }) : ok(await invitationOf(c, owner, codeHash));
    }),
    on(enrolPasskey, async ({ body }, c) => {
      const { db, now } = c.env;
      const open = await opened(c);
      if (!open.ok) return open;
      const codeHash = await hashOf(body.code);
      const owner = await store.ownerOfCode(db, codeHash, now);
      if (owner === null) return failed({ code: "code_refused" });
      const key = await keyOf(c);
      let challenge = "";
      const party = partyOf(c);
      const made = await newPasskey(party, body.passkey, (text) => {
        challenge = text;
        return isChallenge(key, codeHash, text, now);
      });
      if (made === null) return REFUSED;
      const { maker, ...passkey } = made;
      const session = await newSession(c, owner, passkey.id, challenge);
      const kept = { ...passkey, owner, name: maker, rpId: party.rpId };
      if (!(await store.enrolPasskey(db, { codeHash, passkey: kept, session: session.row }, now))) return REFUSED;
      session.give();
      return ok({ by: owner, name: maker });
    }),
  ];
}

async function signedIn(c: Context<AppEnv>, sent: Assertion): Promise<Result<{ by: string }, Refusal>> {
  const { db, now } = c.env;
  const known = await store.livingPasskey(db, sent.id);
  const challenge = challengeOf(sent);
  const party = partyOf(c);
  if (known === null || challenge === null || known.rpId !== party.rpId) return REFUSED;
  const key = await keyOf(c);
  const passkey: Passkey = { ...known, algorithm: known.algorithm === "RS256" ? "RS256" : "ES256" };
  const counter = await answeredBy(passkey, party, sent, (text) => isChallenge(key, SIGN_IN, text, now));
  if (counter === null) return REFUSED;
  const session = await newSession(c, known.owner, known.id, challenge);
  if (!(await store.signInWith(db, session.row, counter, now))) return REFUSED;
  session.give();
  return ok({ by: known.owner });
}

async function invitationOf(c: Context<AppEnv>, owner: string, codeHash: string) {
  const { rpId } = partyOf(c);
  return {
    challenge: await makeChallenge(await keyOf(c), codeHash, c.env.now),
    timeoutSeconds: CHALLENGE_TTL_SECONDS,
    rp: { id: rpId, name: "Tierwatch" },
    // The same for each passkey of a person, so that a device which has one replaces it.
    user: { id: await hashOf(`tierwatch owner ${owner}`), name: owner },
    algorithms: ALGORITHMS,
    known: await store.passkeysOf(c.env.db, owner, rpId),
  };
}

/** Whether there is anything to try here, and it is not tried too often. */
async function opened(c: Context<AppEnv>): Promise<Result<null, Refusal>> {
  const { signInLimit, access } = c.env.settings;
  if (access !== null) return failed({ code: "conflict", detail: "owners come in by Cloudflare Access" });
  if (signInLimit === null) return ok(null);
  const { success } = await signInLimit.limit({ key: addressOf(c.req.raw) });
  return success ? ok(null) : failed({ code: "too_many" });
}

/** Whose tries are counted together: an IPv4 address, or the /64 that one line is given of IPv6. */
function addressOf(request: Request): string {
  const address = request.headers.get("cf-connecting-ip") ?? "";
  return address.includes(":") ? address.split(":").slice(0, 4).join(":") : address;
}

/** A session that the browser is given once it is written; never one that it brought. */
async function newSession(c: Context<AppEnv>, owner: string, passkey: string, challenge: string) {
  const { id, hash, text } = await makeSecret();
  const give = () =>
    setCookie(c, SESSION_COOKIE, text, {
      ...{ prefix: "host", path: "/", secure: true, httpOnly: true, sameSite: "Strict" },
      maxAge: SESSION_MAX_MS / 1000,
    });
  return { row: { id, secretHash: hash, owner, passkey, challenge }, give };
}

function keyOf(c: Context<AppEnv>): Promise<string> {
  return store.challengeKey(c.env.db, () => randomText(KEY_BYTES));
}

function partyOf(c: Context<AppEnv>): Party {
  const { origin, hostname } = new URL(c.req.url);
  return { origin, rpId: hostname };
}
