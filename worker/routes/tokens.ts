/** `/v1/tokens`: tokens of programs. One is shown once, when it is made. */
import { listTokens, makeToken, revokeToken } from "../../protocol/owner/sign-in.ts";
import { failed, ok } from "../../protocol/result.ts";
import * as store from "../store/tokens.ts";
import { isoOf, isoOrNull } from "./iso.ts";
import { makeSecret } from "./secret.ts";
import { on, type Served } from "./serve.ts";

export function tokenRoutes(): Served[] {
  return [
    on(listTokens, async (_, c) => {
      const known = await store.allTokens(c.env.db);
      const tokens = known.map(({ id, owner, name, may, madeAt, usedOn, revokedAt }) => ({
        ...{ id, by: owner, name, may, madeAt: isoOf(madeAt), revokedAt: isoOrNull(revokedAt) },
        usedOn: isoOrNull(usedOn)?.slice(0, 10) ?? null,
      }));
      return ok({ tokens });
    }),
    on(makeToken, async ({ body, owner }, c) => {
      const { id, hash, text } = await makeSecret();
      await store.putToken(c.env.db, { id, secretHash: hash, ...body }, owner, c.env.now);
      return ok({ id, token: text });
    }),
    on(revokeToken, async ({ params, owner }, c) =>
      (await store.revokeToken(c.env.db, params.id, owner, c.env.now))
        ? ok(null)
        : failed({ code: "not_found", detail: "there is no such token" }),
    ),
  ];
}
