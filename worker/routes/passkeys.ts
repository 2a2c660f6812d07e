/** `/v1/passkeys`: the passkeys there are, a link for another one, and the end of one. */
import {
  invitePasskey,
  listPasskeys,
  OWNER_CODE_BITS,
  OWNER_CODE_TTL_SECONDS,
  removePasskey,
} from "../../protocol/owner/sign-in.ts";
import { failed, ok } from "../../protocol/result.ts";
import * as store from "../store/passkeys.ts";
import { hashOf } from "./hash.ts";
import { isoOf, isoOrNull } from "./iso.ts";
import { randomCode } from "./secret.ts";
import { on, type Served } from "./serve.ts";

export function passkeyRoutes(): Served[] {
  return [
    on(listPasskeys, async (_, c) => {
      const known = await store.allPasskeys(c.env.db);
      const passkeys = known.map(({ id, owner, name, madeAt, usedAt, removedAt }) => ({
        ...{ id, by: owner, name, madeAt: isoOf(madeAt) },
        ...{ usedAt: isoOrNull(usedAt), removedAt: isoOrNull(removedAt) },
      }));
      return ok({ passkeys });
    }),
    on(invitePasskey, async ({ owner }, c) => {
      const { db, now } = c.env;
      const code = randomCode(OWNER_CODE_BITS);
      const expiresAt = now + OWNER_CODE_TTL_SECONDS * 1000;
      await store.inviteOwner(db, { codeHash: await hashOf(code), owner: owner.by, expiresAt }, owner, now);
      // In the fragment, which no browser sends to a server, no log on the way sees it.
      return ok({ link: `${new URL("/owner/enroll", c.req.url).href}#${code}`, expiresAt: isoOf(expiresAt) });
    }),
    on(removePasskey, async ({ params, owner }, c) => {
      const { db, now } = c.env;
      const living = (await store.allPasskeys(db)).filter(({ removedAt }) => removedAt === null);
      if (!living.some(({ id }) => id === params.id)) {
        return failed({ code: "not_found", detail: "there is no such passkey" });
      }
      if (living.length === 1)
        return failed({ code: "conflict", detail: "this is the last passkey: enrol another one first" });
      await store.removePasskey(db, params.id, owner, now);
      return ok(null);
    }),
  ];
}
