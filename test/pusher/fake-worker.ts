/** A small worker on loopback that speaks the real protocol, and can be told to misbehave. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod/mini";
import { fromBase64url } from "../../protocol/base64url.ts";
import { enrollment } from "../../protocol/enrollment.ts";
import { type Heartbeat, heartbeat } from "../../protocol/heartbeat.ts";
import { type Plan, plan } from "../../protocol/plan.ts";
import { malformed, problemOf, type Refusal } from "../../protocol/refusals.ts";
import { keyIdOf, verifyRequest } from "../../protocol/signature.ts";
import type { StatusAnswer } from "../../protocol/status.ts";

/** What to do with a heartbeat instead of taking it. */
export type Mood =
  | { readonly kind: "take" }
  | { readonly kind: "refuse"; readonly refusal: Refusal }
  | { readonly kind: "hang" }
  | { readonly kind: "drop after write" }
  | { readonly kind: "gibberish"; readonly status: number };

export interface FakeWorker {
  readonly url: string;
  readonly code: string;
  readonly heartbeats: Heartbeat[];
  readonly plans: Plan[];
  /** Requests of any kind that came in. */
  readonly requests: string[];
  /** Set by tests. */
  mood: (beat: Heartbeat, count: number) => Mood;
  /** Which of a heartbeat's runs the answer names; all unless told. */
  named: (ids: readonly string[]) => readonly string[];
  /** Added to the server's clock, in milliseconds. */
  clockAheadMs: number;
  lastSweepAt: string | null;
  /** What it thinks of the host. */
  watches: StatusAnswer["watches"];
  readonly close: () => Promise<void>;
}

export async function fakeWorker(): Promise<FakeWorker> {
  const keys = new Map<string, string>();
  let count = 0;
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const worker: FakeWorker = {
    url: `http://127.0.0.1:${port}`,
    code: "AAAAAAAAAAAAAAAAAAAAAA",
    heartbeats: [],
    plans: [],
    requests: [],
    mood: () => ({ kind: "take" }),
    named: (ids) => ids,
    clockAheadMs: 0,
    lastSweepAt: null,
    watches: [],
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = incoming.url ?? "/";
    worker.requests.push(`${incoming.method} ${path}`);
    const now = Date.now() + worker.clockAheadMs;
    const say = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const refuse = (refusal: Refusal) => {
      const body = problemOf(refusal, now);
      say(body.status, body);
    };
    if (path === "/healthz") return void response.writeHead(200, { date: new Date(now).toUTCString() }).end("ok\n");
    const body = await bytesOf(incoming);
    const json: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
    if (path === "/v1/enrollments") {
      const parsed = z.safeParse(enrollment, json);
      if (!parsed.success) return refuse(malformed(parsed.error));
      if (parsed.data.code !== worker.code) return refuse({ code: "code_refused" });
      keys.set(await keyIdOf(fromBase64url(parsed.data.publicKey)), parsed.data.publicKey);
    }
    const request = new Request(worker.url + path, {
      method: incoming.method ?? "GET",
      headers: Object.entries(incoming.headers).map(([key, value]) => [key, String(value)] as [string, string]),
      body,
    });
    const find = async (keyId: string) => {
      const publicKey = keys.get(keyId);
      return publicKey === undefined
        ? ({ ok: false, failure: { code: "unknown_host" } } as const)
        : ({ ok: true, value: { publicKey, owner: "host" } } as const);
    };
    const verified = await verifyRequest(request, body, find, now);
    if (!verified.ok) return refuse(verified.failure);
    const serverTime = new Date(now).toISOString();
    if (path === "/v1/enrollments") {
      return void say(201, { site: "home", host: "corenas", keyId: verified.value.keyId, serverTime });
    }
    if (path === "/v1/plan") {
      worker.plans.push(z.parse(plan, json));
      return void say(200, { serverTime, watches: 3 });
    }
    if (path === "/v1/status") {
      return void say(200, { serverTime, lastSweepAt: worker.lastSweepAt, watches: worker.watches });
    }
    const parsed = z.safeParse(heartbeat, json);
    if (!parsed.success) return refuse(malformed(parsed.error));
    count += 1;
    const mood = worker.mood(parsed.data, count);
    if (mood.kind === "refuse") return refuse(mood.refusal);
    if (mood.kind === "gibberish") return void response.writeHead(mood.status).end("<html>");
    if (mood.kind === "hang") return;
    worker.heartbeats.push(parsed.data);
    if (mood.kind === "drop after write") return void incoming.socket.destroy();
    say(200, {
      runs: worker.named(parsed.data.runs.map((run) => run.id)),
      serverTime,
      lastSweepAt: worker.lastSweepAt,
    });
  }
  return worker;
}

async function bytesOf(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Uint8Array.from(Buffer.concat(chunks));
}
