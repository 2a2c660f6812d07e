/**
 * The owner of the sites, who silences what is loud and answers what is told: over the real API, with a token. Keeps the truth of
 * what was answered.
 */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { SeenAnswer } from "../history.ts";
import type { SimulatedDatabase } from "./database.ts";
import type { Sent } from "./http.ts";
import type { Outcome } from "./network.ts";
import type { Time } from "./time.ts";

const ORIGIN = "https://tierwatch.example.org";
const TOKEN_ID = "A".repeat(22);
const TOKEN_SECRET = "B".repeat(43);
const begun = z.object({ id: z.string() });

export interface Owner {
  /** Asks for a silence from now on; hands over its id, or undefined when the answer was no yes. */
  readonly silence: (site: string, scope: string, seconds: number, done: (id: string | undefined) => void) => void;
  readonly end: (site: string, id: string, done: (ended: boolean) => void) => void;
  /** Open incidents of a site that somebody was told of. */
  readonly told: (site: string) => readonly string[];
  /** Acknowledges an incident, or snoozes it for so many seconds. */
  readonly answer: (incidentId: string, seconds: number | null, done: (taken: boolean) => void) => void;
  readonly answers: readonly SeenAnswer[];
}

interface Asked extends SeenAnswer {
  takenAt: number | null;
}

const incident = z.object({ id: z.string(), members: z.string() });

/** `send` brings a request to the worker, and what became of it back. */
export function ownerOf(
  database: SimulatedDatabase,
  time: Time,
  send: (sent: Sent, answered: (outcome: Outcome) => void) => void,
): Owner {
  database.look(
    "INSERT INTO tokens (id, secret_hash, owner, name, may, made_at) VALUES (?, ?, 'owner', 'silences', 'write', ?)",
    TOKEN_ID,
    createHash("sha256").update(TOKEN_SECRET).digest("base64url"),
    time.now(),
  );
  const answers: SeenAnswer[] = [];
  const openIn = (where: string, value: string) =>
    database
      .look(`SELECT id, members FROM incidents WHERE closed_at IS NULL AND said_at IS NOT NULL AND ${where} = ?`, value)
      .map((row) => z.parse(incident, row));
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
    told: (site) => openIn("site", site).map(({ id }) => id),
    answer: (incidentId, seconds, done) => {
      const [open] = openIn("id", incidentId);
      if (open === undefined) return done(true);
      const askedAt = time.now();
      const kind = seconds === null ? "acknowledge" : "snooze";
      const asked: Asked = {
        kind,
        incidentId,
        askedAt,
        takenAt: null,
        untilAt: seconds === null ? null : askedAt + seconds * 1000,
        members: z.parse(z.array(z.string()), JSON.parse(open.members)).length,
      };
      answers.push(asked);
      const body = seconds === null ? {} : { seconds };
      post(`/v1/incidents/${encodeURIComponent(incidentId)}/${kind}`, body, ({ answer }) => {
        if (answer?.status === 204) asked.takenAt = time.now();
        // Gone in the meantime: there is nothing left to answer.
        done(answer?.status === 204 || answer?.status === 409);
      });
    },
    answers,
  };
}
