/** A site with one host in a test, and anna, who is signed in and calls the owner's API. */
import { env } from "cloudflare:workers";
import { type Headers, signedIn } from "./owner.ts";
import { type Call, type Called, call } from "./owner-api.ts";
import { corenasPlan } from "./reference.ts";
import { emptyDatabase, enrolled, START, type TestHost } from "./support.ts";

export interface OwnedSite {
  readonly anna: Headers;
  readonly corenas: TestHost;
  /** A call as anna, at the start if nothing else is said. */
  readonly as: (id: string, more?: Partial<Call>) => Promise<Called>;
}

/** The only site of an empty database. */
export async function ownedSite(): Promise<OwnedSite> {
  await emptyDatabase();
  const { headers } = await signedIn(START);
  const corenas = await enrolled("home", "corenas", corenasPlan, START);
  return { anna: headers, corenas, as: (id, more) => call(id, { headers, now: START, ...more }) };
}

/** What anna did, as the audit trail tells it. */
export async function trail(): Promise<unknown[]> {
  const rows = await env.DB.prepare(
    "SELECT act, site, subject, by, through FROM audit WHERE by = 'anna' ORDER BY at, act",
  ).all();
  return rows.results.map((row) => Object.values(row).join(" | "));
}
