/** The real worker on workerd for a test of the whole site: its address, its sweeps at a time of one's choice, its alerts. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import * as z from "zod/mini";
import { enrollmentSql, makeEnrollmentCode } from "../../scripts/enrollment-code.ts";
import { serve } from "./harness.ts";

const SECRET = Buffer.from("tierwatch-site-test-secret-32-by").toString("base64");

const alert = z.object({
  type: z.string(),
  data: z.object({ title: z.string(), lines: z.array(z.string()), root: z.string() }),
});
export type ReceivedAlert = z.infer<typeof alert>;

const named = z.object({ name: z.string(), status: z.string() });
const siteStatus = z.object({
  sites: z.array(
    z.object({
      tiers: z.array(named),
      jobs: z.array(named),
      hosts: z.array(named),
      copies: z.array(
        z.object({
          dataset: z.string(),
          tier: z.string(),
          status: z.string(),
          proven: z.boolean(),
          sampled: z.number(),
          matched: z.number(),
          recoveryAt: z.nullable(z.string()),
        }),
      ),
      incidents: z.array(z.object({ root: z.string(), closedAt: z.nullable(z.string()) })),
    }),
  ),
});

export interface RunningWorker {
  readonly url: string;
  /** Alerts that arrived at the webhook with a valid signature, in order. */
  readonly alerts: readonly ReceivedAlert[];
  /** A one-time code for a host of the site `home`. */
  readonly codeFor: (host: string) => Promise<string>;
  /** One sweep that judges as of `at`, in milliseconds, of clocks that ran until then. */
  readonly sweepAt: (at: number) => Promise<void>;
  /** Leaves it as clocks do that stopped then. */
  readonly clocksStoppedAt: (at: number) => Promise<void>;
  readonly status: () => Promise<z.infer<typeof siteStatus>["sites"][number]>;
  readonly close: () => Promise<void>;
}

/** Starts the real bundle with a migrated D1 and a webhook receiver on loopback; `vars` are further settings. */
export async function startWorker(vars: Readonly<Record<string, string>> = {}): Promise<RunningWorker> {
  const receiver = await startReceiver();
  const channels = { test: { kind: "webhook", url: receiver.url, secret: "TEST_SECRET" } };
  const settings = { ...vars, ALLOW_PRIVATE_URLS: true, OPEN_TO_ALL: true, CHANNELS: channels };
  const { url, db, sweep, close } = await serve(settings, { TEST_SECRET: SECRET });
  return {
    url: url.href,
    alerts: receiver.alerts,
    codeFor: async (host) => {
      const made = makeEnrollmentCode(randomBytes, Date.now());
      await db.prepare(enrollmentSql(made, { site: "home", host })).run();
      return made.code;
    },
    sweepAt: async (at) => {
      // Sweeps that found nothing due, up to a minute before: all that they leave is when the last of them was, and that
      // the other clock fired.
      const idleUntil = at - 60_000;
      const left = `last_sweep_at = ${idleUntil}, object_at = ${idleUntil}`;
      await db.prepare(`UPDATE sweeps SET ${left} WHERE last_sweep_at < ${idleUntil}`).run();
      await sweep(at);
    },
    clocksStoppedAt: async (at) => {
      await db.prepare(`UPDATE sweeps SET last_sweep_at = ${at}`).run();
    },
    status: async () => {
      const answer = z.parse(siteStatus, await (await fetch(new URL("/status.json", url))).json());
      const [home] = answer.sites;
      if (home === undefined) throw new Error("the worker knows no site yet");
      return home;
    },
    close: async () => {
      await close();
      await receiver.close();
    },
  };
}

async function startReceiver() {
  const alerts: ReceivedAlert[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const header = (name: string) => String(request.headers[name] ?? "");
      const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
      const signed = Object.fromEntries(names.map((name) => [name, header(name)]));
      const body = Buffer.concat(chunks).toString();
      alerts.push(z.parse(alert, verified(body, signed)));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}/alerts`, alerts, close };
}

/** Checks the signature at the time that the sender claims: sweeps here are made at times that are not now. */
function verified(body: string, headers: Record<string, string>): unknown {
  const sentAt = new Date(Number(headers["webhook-timestamp"]) * 1000);
  const expected = new Webhook(SECRET).sign(headers["webhook-id"] ?? "", sentAt, body);
  if (headers["webhook-signature"] !== expected) throw new Error("the webhook's signature is wrong");
  return JSON.parse(body);
}
