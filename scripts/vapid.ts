/**
 * `npm run vapid`: a new key pair by which push services know this worker (VAPID, RFC 8292), and how to set it. Nothing is
 * stored: the private half goes from the terminal into a Worker secret.
 */
import { generateKeyPairSync } from "node:crypto";
import * as z from "zod/mini";

const jwk = z.object({ x: z.string(), y: z.string(), d: z.string() });

/** The public key is an uncompressed point of P-256 and the private one its scalar, both in base64url. */
function makeKeys(): { readonly publicKey: string; readonly privateKey: string } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y, d } = jwk.parse(privateKey.export({ format: "jwk" }));
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  return { publicKey: point.toString("base64url"), privateKey: d };
}

const { publicKey, privateKey } = makeKeys();
console.log(`A new pair of keys. Make it once: browsers that subscribed with another pair have to subscribe again.

1. Into wrangler.toml, with an address at which the people of a push service can reach you:

    [vars.CHANNELS.phones]
    kind = "push"
    subject = "mailto:me@example.org"
    public_key = "${publicKey}"
    private_key = "VAPID_PRIVATE_KEY"

2. Run this, and paste the private key when it asks:

    npx wrangler secret put VAPID_PRIVATE_KEY

    ${privateKey}

3. npm run deploy
4. For each browser or phone: npm run subscribe-code -- --channel phones`);
