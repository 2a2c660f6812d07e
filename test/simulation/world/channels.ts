/**
 * Where alerts go: a mail binding and a webhook receiver that checks the signature as Standard Webhooks asks. Either may be
 * ill for a while: refuse, answer 500, hang, or take the message and lose its yes.
 */
import { Webhook } from "standardwebhooks";
import * as z from "zod/mini";
import type { Message } from "../history.ts";
import type { Chance } from "./chance.ts";
import type { SimulatedDatabase } from "./database.ts";
import type { Life } from "./life.ts";
import type { Time } from "./time.ts";

/** What ails a channel. `lost_yes`: it takes the message, and the sender never learns of it. */
export type Ailment = "well" | "fails" | "hangs" | "answers_500" | "lost_yes";

export const MAIL = "mail";
export const OPS = "ops";
/** Milliseconds between reminders, by severity: more often than anybody would, so that there are many. */
export const REMIND_MS = { critical: 8 * 3_600_000, warning: 24 * 3_600_000 } as const;
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;

export interface Channels {
  /** The worker's variables and bindings for them. */
  readonly env: Readonly<Record<string, unknown>>;
  /** What the worker's `fetch` reaches. */
  readonly receive: (life: Life, url: string, init: unknown) => Promise<Response>;
  readonly mailOf: (current: () => Life) => object;
  readonly ail: (channel: string, ailment: Ailment) => void;
  readonly messages: readonly Message[];
}

/** A webhook writes instants as text, a row of the database as milliseconds. */
const moment = z.pipe(
  z.union([z.number(), z.string()]),
  z.transform((said: number | string) => new Date(said).getTime()),
);
const alert = z.object({
  kind: z.string(),
  incidentId: z.string(),
  site: z.string(),
  root: z.string(),
  severity: z.string(),
  title: z.string(),
  openedAt: moment,
  at: moment,
});
const post = z.object({ body: z.string(), headers: z.record(z.string(), z.string()) });
const mail = z.object({ subject: z.string(), text: z.string() });

interface Taken extends Message {
  recordLost: boolean;
}

export function channelsOf(time: Time, chance: Chance, database: SimulatedDatabase): Channels {
  const ailments = new Map<string, Ailment>();
  const messages: Taken[] = [];
  const webhook = new Webhook(WEBHOOK_SECRET);
  const take = (life: Life, channel: string, key: string, of: z.infer<typeof alert>, yesLost: boolean) => {
    const { at: writtenAt, kind, incidentId, site, root, severity, title, openedAt } = of;
    const about = { kind, incidentId, site, root, severity, title, openedAt, writtenAt };
    const taken = { at: time.now(), channel, key, ...about, recordLost: yesLost };
    messages.push(taken);
    // A worker that fails or dies before it wrote the yes down will hand the message over again.
    life.onFault(() => {
      const [row] = database.look("SELECT state FROM deliveries WHERE id = ?", key);
      if (row?.state !== "delivered") taken.recordLost = true;
    });
  };
  /** Answers when the message has been taken; throws or hangs as the channel ails. */
  const pass = async (life: Life, channel: string, key: string, of: z.infer<typeof alert>): Promise<number> => {
    await life.wait(chance.between(50, 900));
    const ailment = ailments.get(channel) ?? "well";
    if (ailment === "fails") throw new Error("connection refused");
    if (ailment === "hangs") return life.never();
    if (ailment === "answers_500") return 500;
    take(life, channel, key, of, ailment === "lost_yes");
    if (ailment === "lost_yes") throw new Error("the connection was cut before the answer");
    return 200;
  };
  return {
    env: {
      CHANNELS: {
        [MAIL]: { kind: "email", from: "tierwatch@example.org", to: "owner@example.org" },
        [OPS]: { kind: "webhook", url: "https://ops.example.org/tierwatch", secret: "OPS_SECRET" },
      },
      OPS_SECRET: WEBHOOK_SECRET,
      REMIND_CRITICAL_SECONDS: REMIND_MS.critical / 1000,
      REMIND_WARNING_SECONDS: REMIND_MS.warning / 1000,
    },
    receive: async (life, _, init) => {
      const { body, headers } = z.parse(post, init);
      // The receiver's clock is right, but the library asks the process's own: signed again instead of verified by it.
      const [id, seconds] = [headers["webhook-id"] ?? "", Number(headers["webhook-timestamp"])];
      const expected = webhook.sign(id, new Date(seconds * 1000), body);
      if (expected !== headers["webhook-signature"]) throw new Error("a webhook with a wrong signature");
      if (Math.abs(seconds * 1000 - time.now()) > 300_000) throw new Error("a webhook with a wrong time");
      const { data } = z.parse(z.object({ data: alert }), JSON.parse(body));
      return new Response(null, { status: await pass(life, OPS, id, data) });
    },
    mailOf: (current) => ({
      send: async (message: unknown) => {
        const life = current();
        const { subject, text } = z.parse(mail, message);
        const { key, of } = deliveryOf(database, subject, text);
        if ((await pass(life, MAIL, key, of)) !== 200) throw new Error("the mail could not be sent: internal error");
        return {};
      },
    }),
    ail: (channel, ailment) => ailments.set(channel, ailment),
    messages,
  };
}

/** A mail names no delivery; the one it is of has its subject and its words, and is not done with. */
function deliveryOf(database: SimulatedDatabase, subject: string, text: string) {
  const rows = database.look("SELECT id, alert FROM deliveries WHERE channel = ? AND due_at IS NOT NULL", MAIL);
  const row = z.object({ id: z.string(), alert: z.string() });
  const words = z.extend(alert, { lines: z.array(z.string()) });
  for (const { id, alert: json } of rows.map((one) => z.parse(row, one))) {
    const of = z.parse(words, JSON.parse(json));
    if (of.title === subject && text.includes(of.lines.join("\n"))) return { key: id, of };
  }
  throw new Error(`no delivery stands behind the mail "${subject}"`);
}
