/** Deliveries as a verdict writes them, channels to hand them to, and the providers behind those. */
import { env } from "cloudflare:workers";
import * as z from "zod/mini";
import type { Channel } from "../../worker/channels/kinds.ts";
import type { Alert } from "../../worker/judge/say.ts";
import { readSettings, type Settings } from "../../worker/settings.ts";
import { START } from "./support.ts";

const SECRET = `whsec_${btoa("a secret of at least 24 bytes")}`;

export const hook = (name: string): Channel => ({
  kind: "webhook",
  name,
  url: `https://${name}.example/in`,
  secret: SECRET,
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
  last_error: z.nullable(z.string()),
});

export async function deliveries(): Promise<z.infer<typeof row>[]> {
  const { results } = await env.DB.prepare("SELECT id, state, due_at, last_error FROM deliveries ORDER BY id").all();
  return z.parse(z.array(row), results);
}

/** The channel that a request to one of these hooks is for. */
export function hookOf(url: string): string {
  return new URL(url).hostname.replace(/\.example$/, "");
}
