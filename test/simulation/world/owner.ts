/**
 * The owner of the sites, who silences what is loud: over the real API, with a token, and again each minute while nobody answers.
 */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { SimulatedDatabase } from "./database.ts";
import type { Sent } from "./http.ts";
import type { Outcome } from "./network.ts";

const ORIGIN = "https://tierwatch.example.org";
const TOKEN_ID = "A".repeat(22);
const TOKEN_SECRET = "B".repeat(43);
const begun = z.object({ id: z.string() });

export interface Owner {
  /** Asks for a silence from now on; hands over its id, or undefined when the answer was no yes. */
  readonly silence: (site: string, scope: string, seconds: number, done: (id: string | undefined) => void) => void;
  readonly end: (site: string, id: string, done: (ended: boolean) => void) => void;
}

/** `send` brings a request to the worker, and what became of it back. */
export function ownerOf(
  database: SimulatedDatabase,
  startAt: number,
  send: (sent: Sent, answered: (outcome: Outcome) => void) => void,
): Owner {
  database.look(
    "INSERT INTO tokens (id, secret_hash, owner, name, may, made_at) VALUES (?, ?, 'owner', 'silences', 'write', ?)",
    TOKEN_ID,
    createHash("sha256").update(TOKEN_SECRET).digest("base64url"),
    startAt,
  );
  const post = (path: string, body: object, answered: (outcome: Outcome) => void) => {
    const headers = { authorization: `Bearer ${TOKEN_ID}.${TOKEN_SECRET}`, "content-type": "application/json" };
    send({ method: "POST", url: `${ORIGIN}${path}`, headers, body: JSON.stringify(body) }, answered);
  };
  return {
    silence: (site, scope, seconds, done) =>
      post(`/v1/sites/${site}/silences`, { scope, seconds }, ({ answer }) =>
        done(answer?.status === 201 ? z.parse(begun, JSON.parse(answer.body)).id : undefined),
      ),
    end: (site, id, done) => post(`/v1/sites/${site}/acts/${id}/end`, {}, ({ answer }) => done(answer?.status === 204)),
  };
}
