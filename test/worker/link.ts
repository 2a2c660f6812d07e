/** Links of alerts for a test: what one claims, an incident that it is about, and a visit to it. */
import { env } from "cloudflare:workers";
import type { Alert } from "../../worker/judge/say.ts";
import type { Claim } from "../../worker/links.ts";
import type { Settings } from "../../worker/settings.ts";
import { incidentOfId } from "../../worker/store/answers.ts";
import { db, request, START, settingsWith } from "./support.ts";

export const DAY = 86_400_000;
export const SECRET = Uint8Array.from({ length: 32 }, (_, i) => (i * 37) % 256);
export const settings = (): Settings => ({ ...settingsWith([]), linkSecret: SECRET });
export const INCIDENT = "home/job:nas/sync@1";

export const alertOf = (kind: Alert["kind"]): Alert => ({
  kind,
  incidentId: INCIDENT,
  site: "home",
  root: "job:nas/sync",
  severity: "critical",
  title: "home: sync on nas failed",
  lines: [],
  openedAt: START,
  at: START,
});

export const claim = (more: Partial<Claim> = {}): Claim => ({
  action: "ack",
  subject: INCIDENT,
  channel: "mail",
  expiresAt: START + 7 * DAY,
  ...more,
});

/** An open incident, as a verdict writes it. */
export async function opened(
  id = INCIDENT,
  reason: object = { code: "run", at: START, status: "failed", text: "no such pool" },
) {
  await env.DB.prepare(
    `INSERT INTO incidents (id, site, root, severity, opened_at, noticed_at, subject, reason, said_at)
     VALUES (?, 'home', 'job:nas/sync', 'critical', ?, ?, 'job:nas/sync', ?, ?)`,
  )
    .bind(id, START, START, JSON.stringify(reason), START)
    .run();
}

export async function attention() {
  const found = await incidentOfId(db, INCIDENT);
  return found === null ? null : { ...found.attention, closedAt: found.closedAt };
}

export async function visit(method: string, token: string, now: number, from = settings()) {
  const answer = await request(`/act/${token}`, { method, redirect: "manual" }, now, from);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

export const untouched = { ackedAt: null, ackedBy: null, snoozedUntil: null, dueAt: null };
