/** `/v1/shares`: links that show private sites to whoever has one. A link is shown once, when it is made. */
import { listShares, makeShare, revokeShare, SHARE_KEY_BITS } from "../../protocol/owner/shares.ts";
import { failed, ok } from "../../protocol/result.ts";
import * as store from "../store/shares.ts";
import { hashOf } from "./hash.ts";
import { isoOf, isoOrNull } from "./iso.ts";
import { randomHex, randomText } from "./secret.ts";
import { on, type Served } from "./serve.ts";

const ID_DIGITS = 16;

export function shareRoutes(): Served[] {
  return [
    on(listShares, async (_, c) => {
      const shares = (await store.allShares(c.env.db)).map(({ madeBy, madeAt, revokedAt, ...rest }) => ({
        ...{ ...rest, by: madeBy, madeAt: isoOf(madeAt), revokedAt: isoOrNull(revokedAt) },
      }));
      return ok({ shares });
    }),
    on(makeShare, async ({ body, owner }, c) => {
      const [id, key] = [randomHex(ID_DIGITS), randomText(SHARE_KEY_BITS / 8)];
      await store.makeShare(c.env.db, { id, keyHash: await hashOf(key), ...body }, owner, c.env.now);
      return ok({ id, link: new URL(`/?key=${key}`, c.req.url).href });
    }),
    on(revokeShare, async ({ params, owner }, c) =>
      (await store.revokeShare(c.env.db, params.id, owner, c.env.now))
        ? ok(null)
        : failed({ code: "not_found", detail: "there is no such link, or it was revoked" }),
    ),
  ];
}
