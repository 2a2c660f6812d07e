/** The real worker with a push channel, and the push service on loopback that it pushes to. */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setDefaultCACertificates } from "node:tls";
import * as z from "zod/mini";
import { makeSubscribeCode, subscribeCodeSql } from "../../scripts/subscription-code.ts";
import { type Served, serve } from "./harness.ts";
import { type PushService, startPushService } from "./push-service.ts";

const subscriber = z.object({
  name: z.string(),
  endpoint: z.string(),
  last_error: z.nullable(z.string()),
  gone_at: z.nullable(z.number()),
});

export interface PushWorker {
  readonly url: URL;
  readonly service: PushService;
  /** A code that lets one browser subscribe to the channel. */
  readonly newCode: () => Promise<string>;
  /** Writes an alert to the channel, as a verdict does. */
  readonly queue: (kind: "opened" | "closed", incident: string, at: number) => Promise<void>;
  readonly sweep: (at: number) => Promise<void>;
  readonly subscribers: () => Promise<z.infer<typeof subscriber>[]>;
  readonly forgetSubscribers: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts both. The local runtime's calls to the outside are made by this process, so it is told to trust the service. */
export async function startPushWorker(): Promise<PushWorker> {
  const certs = mkdtempSync(join(tmpdir(), "tierwatch-certs-"));
  const [key, cert] = [join(certs, "push.key"), join(certs, "push.pem")];
  const about = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, ...about]);
  setDefaultCACertificates([readFileSync(cert, "utf8")]);
  const { publicKey, privateKey } = vapidKeys();
  const service = await startPushService(cert, key, publicKey);
  const { url, db, sweep, close } = await startWorker(publicKey, privateKey);
  const run = async (sql: string) => void (await db.prepare(sql).run());
  return {
    ...{ url, service, sweep },
    newCode: async () => {
      const made = makeSubscribeCode(randomBytes, Date.now());
      await run(subscribeCodeSql(made, "phones", "anna"));
      return made.code;
    },
    queue: (kind, incident, at) => run(deliverySql(kind, incident, at)),
    subscribers: async () => {
      const sql = "SELECT name, endpoint, last_error, gone_at FROM subscriptions ORDER BY name";
      return z.parse(z.array(subscriber), (await db.prepare(sql).all()).results);
    },
    forgetSubscribers: () => run("DELETE FROM subscriptions"),
    close: async () => {
      await close();
      await service.close();
      rmSync(certs, { recursive: true, force: true });
    },
  };
}

function vapidKeys() {
  const jwk = z.parse(
    z.object({ x: z.string(), y: z.string(), d: z.string() }),
    generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }),
  );
  const halves = [jwk.x, jwk.y].map((half) => Buffer.from(half, "base64url"));
  return { publicKey: Buffer.concat([Buffer.from([4]), ...halves]).toString("base64url"), privateKey: jwk.d };
}

function startWorker(publicKey: string, privateKey: string): Promise<Served> {
  const phones = { kind: "push", subject: "mailto:me@example.org", public_key: publicKey, private_key: "VAPID_KEY" };
  const vars = { ALLOW_PRIVATE_URLS: true, PAGE_URL: "https://t.example/", CHANNELS: { phones } };
  return serve(vars, { VAPID_KEY: privateKey, LINK_SECRET: randomBytes(32).toString("base64") });
}

function deliverySql(kind: "opened" | "closed", incident: string, at: number): string {
  const of = { kind, incidentId: incident, site: "home", root: "job:corenas/sync", severity: "critical" };
  const lines = ["If the site were lost now: 31 h of photos."];
  const alert = JSON.stringify({ ...of, title: `sync ${kind}`, lines, openedAt: at, at });
  return `INSERT INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts)
    VALUES ('${incident}/${kind}/phones', 'home', '${incident}', '${kind}', 'phones', '${alert}', 'pending', ${at}, ${at}, 0)`;
}
