/** Heartbeats a second through the real worker with durable D1, and through a bare one in the same run: the limit. */
import { generateKeyPairSync, randomBytes, randomUUID, sign } from "node:crypto";
import { resolve } from "node:path";
import { toBase64url } from "../protocol/base64url.ts";
import { keyIdOf, type SigningKey, signedHeaders } from "../protocol/signature.ts";
import { enrollmentSql, makeEnrollmentCode } from "../scripts/enrollment-code.ts";
import { type Load, load } from "./load.ts";
import { serve } from "./serve.ts";

const HEARTBEATS = 1_500;
const WARM_UP = 200;
const HOSTS = 8;

interface Host {
  readonly key: SigningKey;
  readonly publicKey: string;
}

export interface Measured {
  readonly heartbeats: Load;
  readonly bare: Load;
}

export async function measureHeartbeats(folder: string): Promise<Measured> {
  const bare = await bareHeartbeats(folder);
  const codes = Array.from({ length: HOSTS }, () => makeEnrollmentCode(randomBytes, Date.now()));
  const sql = codes.map((made, i) => enrollmentSql(made, { site: "home", host: `host${i}` })).join("; ");
  const own = {
    main: resolve("worker/index.ts"),
    durable_objects: { bindings: [{ name: "CLOCK", class_name: "Clock" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Clock"] }],
    vars: { SWEEP_SECONDS: 600, PUBLIC_SITES: "all" },
    minify: true,
  };
  const worker = await serve(folder, "tierwatch-bench", own, sql, true);
  try {
    const hosts = await Promise.all(codes.map(({ code }, i) => enrol(worker.url, code, i)));
    const heartbeats = await load((i) => beat(worker.url, hosts[i % HOSTS]), HEARTBEATS, WARM_UP);
    return { heartbeats, bare };
  } finally {
    await worker.stop();
  }
}

async function newHost(): Promise<Host> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, false, ["sign"]);
  return { key: { keyId: await keyIdOf(new Uint8Array(raw)), privateKey: key }, publicKey: toBase64url(raw) };
}

/** A host of the reference shape: one carrying job and one that looks. */
async function enrol(url: string, code: string, i: number): Promise<Host> {
  const host = await newHost();
  await post(url, host, "POST", "/v1/enrollments", { code, publicKey: host.publicKey }, 201);
  const common = { kind: "command", schedule: { everySeconds: 86_400 }, graceSeconds: 3600 };
  const carrying = {
    name: "nightly",
    from: "fast",
    to: "archive",
    datasets: [`data${i}`],
    windowSeconds: 93_600,
    proof: "run",
    ...common,
  };
  const plan = {
    beat: { everySeconds: 300, graceSeconds: 300 },
    datasets: [{ name: `data${i}`, born: "fast" }],
    jobs: [carrying, { name: "health", tier: "archive", ...common }],
  };
  await post(url, host, "PUT", "/v1/plan", plan, 200);
  const times = { startedAt: new Date(Date.now() - 1000).toISOString(), finishedAt: new Date().toISOString() };
  const runs = ["nightly", "health"].map((job, n) => ({
    id: randomUUID(),
    job,
    seq: n + 1,
    status: "succeeded",
    ...times,
  }));
  await post(url, host, "POST", "/v1/heartbeats", { runs }, 200);
  return host;
}

async function beat(url: string, host: Host | undefined): Promise<void> {
  if (host !== undefined) await post(url, host, "POST", "/v1/heartbeats", { runs: [] }, 200);
}

async function post(
  url: string,
  host: Host,
  method: string,
  path: string,
  value: object,
  expected: number,
): Promise<void> {
  const body = new Uint8Array(new TextEncoder().encode(JSON.stringify(value)));
  const headers = await signedHeaders({ method, url: `${url}${path}`, body }, host.key, Date.now());
  const answer = await fetch(`${url}${path}`, { method, headers, body });
  const text = await answer.text();
  if (answer.status !== expected) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
}

async function bareHeartbeats(folder: string): Promise<Load> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const own = { main: resolve("bench/bare-worker.ts"), vars: { PUBLIC_KEY: raw.toString("base64") } };
  const hosts = Array.from({ length: HOSTS }, (_, i) => `('host${i}', 0)`).join(", ");
  const table = "CREATE TABLE beats (host TEXT PRIMARY KEY, due_at INTEGER) WITHOUT ROWID";
  const sql = `${table}; CREATE INDEX beats_due ON beats (due_at); INSERT INTO beats VALUES ${hosts}`;
  const worker = await serve(folder, "bare-bench", own, sql, false);
  const body = Buffer.from('{"runs":[]}');
  const signature = sign(null, body, privateKey).toString("base64");
  try {
    return await load(
      async (i) => {
        const headers = { "x-signature": signature, "x-host": `host${i % HOSTS}` };
        const answer = await fetch(worker.url, { method: "POST", headers, body });
        if (!answer.ok) throw new Error(`the bare worker answered ${answer.status}`);
        await answer.text();
      },
      HEARTBEATS,
      WARM_UP,
    );
  } finally {
    await worker.stop();
  }
}
