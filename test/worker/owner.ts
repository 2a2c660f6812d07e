/** An owner in a test: signed in, or with a token. Rows are put as the worker puts them. */
import { env } from "cloudflare:workers";
import { makeSecret } from "../../worker/routes/secret.ts";

/** What a browser sends with a request of a page of our own. */
export type Headers = Readonly<Record<string, string>>;

export interface SignedIn {
  readonly id: string;
  /** Of a page of our own. */
  readonly headers: Headers;
}

/** A session that began at `now`. */
export async function signedIn(now: number, owner = "anna"): Promise<SignedIn> {
  const { id, hash, text } = await makeSecret();
  await env.DB.prepare(
    `INSERT INTO sessions (id, secret_hash, owner, passkey, challenge, began_at, used_at) VALUES (?, ?, ?, 'p', ?, ?, ?)`,
  )
    .bind(id, hash, owner, id, now, now)
    .run();
  return { id, headers: { cookie: `__Host-tierwatch=${text}`, "sec-fetch-site": "same-origin" } };
}

/** A program's token. */
export async function tokenFor(may: "read" | "write", now: number, owner = "anna"): Promise<SignedIn> {
  const { id, hash, text } = await makeSecret();
  await env.DB.prepare(
    "INSERT INTO tokens (id, secret_hash, owner, name, may, made_at) VALUES (?, ?, ?, 'script', ?, ?)",
  )
    .bind(id, hash, owner, may, now)
    .run();
  return { id, headers: { authorization: `Bearer ${text}` } };
}
