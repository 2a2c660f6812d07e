/**
 * Cloudflare Access: who has passed it carries a JWT (RS256) that Access signed for one application of one team. The header
 * comes with each request of a protected path; the cookie, the same token, with those of other paths of the host, too.
 */
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as z from "zod/mini";
import type { Owner } from "../judge/reader.ts";
import type { AccessTeam } from "../settings.ts";

/** Of a person Access tells the address; of a program (a service token) its name. */
const claims = z.object({ email: z.optional(z.string()), common_name: z.optional(z.string()) });

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** The keys of each team, fetched when one is asked for that is not known; the library sees to it that not too often. */
const keySets = new Map<string, KeySet>();

function keySetOf(issuer: string): KeySet {
  const known = keySets.get(issuer) ?? createRemoteJWKSet(new URL("/cdn-cgi/access/certs", issuer));
  keySets.set(issuer, known);
  return known;
}

/** The owner that a token names; null when it is not one of this team for this application, or is over at `now`. */
export async function ownerByAccess(
  { issuer, audience }: AccessTeam,
  token: string,
  now: number,
): Promise<Owner | null> {
  try {
    const currentDate = new Date(now);
    const { payload } = await jwtVerify(token, keySetOf(issuer), {
      ...{ issuer, audience, currentDate, algorithms: ["RS256"], requiredClaims: ["exp", "iat"] },
    });
    const { email, common_name } = z.parse(claims, payload);
    const by = email || common_name;
    return by === undefined || by === "" ? null : { kind: "owner", by, may: "write", through: "access" };
  } catch {
    return null;
  }
}
