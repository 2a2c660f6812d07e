/** Deliveries as a verdict writes them, channels to hand them to, and the providers behind those. */
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import * as z from "zod/mini";
import type { EmailSender } from "../../worker/channels/email.ts";
import type { Channel } from "../../worker/channels/kinds.ts";
import type { Alert } from "../../worker/judge/say.ts";
import { readSettings, type Settings } from "../../worker/settings.ts";
import { START } from "./support.ts";

export const SECRET = `whsec_${btoa("a secret of at least 24 bytes")}`;

export const hook = (name: string): Channel => ({
  kind: "webhook",
  name,
  url: `https://${name}.example/in`,
  secret: SECRET,
});

export const mail = (send: EmailSender["send"], name = "mail"): Channel => ({
  kind: "email",
  name,
  from: "tierwatch@example.org",
  to: "me@example.org",
  sender: { send },
});

export const settingsOf = (...channels: Channel[]): Settings => ({
  ...readSettings({ DB: env.DB }),
  channels,
  faults: [],
});

export interface Queued {
  readonly channel: string;
  readonly kind?: Alert["kind"];
  readonly incident?: string;
  readonly severity?: Alert["severity"];
  readonly dueAt?: number;
}

/** Writes rows as a verdict does; answers their ids. */
export async function queue(...rows: Queued[]): Promise<string[]> {
  const made = rows.map(
    ({ channel, kind = "opened", incident = "home/host:nas@1", severity = "critical", dueAt = START }) => {
      const id = `${incident}/${kind}/${channel}`;
      const of = { kind, incidentId: incident, site: "home", root: "host:nas", severity, title: `${kind} ${incident}` };
      const alert = JSON.stringify({ ...of, lines: ["First broken: nas."], openedAt: START, at: START });
      return { id, incident, kind, channel, alert, dueAt };
    },
  );
  await env.DB.prepare(
    `INSERT INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts)
     SELECT value->>'id', 'home', value->>'incident', value->>'kind', value->>'channel', value->>'alert', 'pending', ?2,
       value->>'dueAt', 0 FROM json_each(?1)`,
  )
    .bind(JSON.stringify(made), START)
    .run();
  return made.map(({ id }) => id);
}

const row = z.object({
  id: z.string(),
  state: z.string(),
  due_at: z.nullable(z.number()),
  attempts: z.number(),
  last_error: z.nullable(z.string()),
  done_at: z.nullable(z.number()),
});

export async function deliveries(): Promise<z.infer<typeof row>[]> {
  const { results } = await env.DB.prepare(
    "SELECT id, state, due_at, attempts, last_error, done_at FROM deliveries ORDER BY id",
  ).all();
  return z.parse(z.array(row), results);
}

/** The channel that a request to one of these hooks is for. */
export function hookOf(url: string): string {
  return new URL(url).hostname.replace(/\.example$/, "");
}

/** The other end of every webhook; `answer` says what it does with each request. */
export function receiver(answer: (request: Request, count: number) => Response | Promise<Response>): Request[] {
  const requests: Request[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    requests.push(request.clone());
    return answer(request, requests.length);
  });
  return requests;
}

export const fine = () => new Response(null, { status: 204 });

/** After so many seconds from START, less the part of them that chance may take off. */
export const dueIn = (seconds: number) => expect.toSatisfy((at) => isNear((Number(at) - START) / 1000, seconds));
export const isNear = (waited: number, seconds: number) => waited >= 0.8 * seconds && waited <= seconds;
