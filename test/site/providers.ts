/**
 * Providers on loopback for the tests of channels: one server that is each of them by the first part of the path, as in
 * `/hang/api.pushover.net/1/messages.json`. It takes what their documentation says a request is, and answers as asked: `yes`, or
 * with one of the troubles that providers have.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { TestProject } from "vitest/node";
import * as z from "zod/mini";

declare module "vitest" {
  interface ProvidedContext {
    /** The address of the server. */
    readonly providers: string;
  }
}

const text = z.string().check(z.minLength(1));
const json = (body: string): unknown => JSON.parse(body);
const form = (body: string): unknown => Object.fromEntries(new URLSearchParams(body));

interface Provider {
  readonly path: RegExp;
  readonly type: RegExp;
  readonly read: (body: string) => unknown;
  readonly takes: z.ZodMiniType;
  readonly yes: readonly [status: number, body: string];
  /** A 200 that is no yes, where the documentation tells one from a yes. */
  readonly no?: string;
}

const JSON_TYPE = /^application\/json/;
const link = z.object({ label: text, url: z.url() });

/** By docs.ntfy.sh/publish, pushover.net/api, core.telegram.org/bots/api, docs.slack.dev, docs.discord.com, caronc/apprise-api, resend.com/docs. */
const PROVIDERS: Readonly<Record<string, Provider>> = {
  "ntfy.sh": {
    path: /^\/$/,
    type: JSON_TYPE,
    read: json,
    takes: z.object({
      topic: text,
      message: text,
      title: text,
      priority: z.int().check(z.minimum(1), z.maximum(5)),
      tags: z.array(z.string()),
      actions: z.optional(z.array(z.extend(link, { action: z.literal("view") })).check(z.maxLength(3))),
    }),
    yes: [200, '{"id":"sPs71M8A2T","time":1735941035,"event":"message"}'],
    no: '{"code":40001,"http":400,"error":"invalid request"}',
  },
  "api.pushover.net": {
    path: /^\/1\/messages\.json$/,
    type: /^application\/x-www-form-urlencoded/,
    read: form,
    takes: z.object({
      token: z.string().check(z.regex(/^[A-Za-z0-9]{30}$/)),
      user: z.string().check(z.regex(/^[A-Za-z0-9]{30}$/)),
      message: text,
      priority: z.enum(["-2", "-1", "0", "1", "2"]),
    }),
    yes: [200, '{"status":1,"request":"647d2300"}'],
    no: '{"status":0,"errors":["application token is invalid"]}',
  },
  "api.telegram.org": {
    path: /^\/bot\d+:[\w-]+\/sendMessage$/,
    type: JSON_TYPE,
    read: json,
    takes: z.object({ chat_id: text, text, parse_mode: z.literal("HTML") }),
    yes: [200, '{"ok":true,"result":{"message_id":1}}'],
    no: '{"ok":false,"description":"something"}',
  },
  "hooks.slack.com": {
    path: /^\/services\//,
    type: JSON_TYPE,
    read: json,
    takes: z.object({ text, blocks: z.array(z.object({ type: z.enum(["header", "section", "actions"]) })) }),
    yes: [200, "ok"],
    no: "<html><body>Please sign in to this network</body></html>",
  },
  "discord.com": {
    path: /^\/api\/webhooks\/\d+\//,
    type: JSON_TYPE,
    read: json,
    takes: z.object({
      content: text,
      embeds: z.array(z.object({ title: text, description: text })).check(z.maxLength(10)),
      allowed_mentions: z.object({ parse: z.array(z.string()).check(z.maxLength(0)) }),
    }),
    yes: [204, ""],
    no: "<html><body>Please sign in to this network</body></html>",
  },
  "a.example": {
    path: /^\/notify\/[\w-]+$/,
    type: JSON_TYPE,
    read: json,
    takes: z.object({ title: text, body: text, type: z.enum(["info", "success", "warning", "failure"]) }),
    yes: [200, '{"error":null}'],
  },
  "api.resend.com": {
    path: /^\/emails$/,
    type: JSON_TYPE,
    read: json,
    takes: z.object({
      from: text,
      to: z.array(text),
      subject: text,
      text,
      html: text,
      headers: z.object({ References: text }),
    }),
    yes: [200, '{"id":"49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}'],
    no: '{"statusCode":422,"message":"Invalid `to` field."}',
  },
};

/** Answers 400 with what is wrong where a request is none of the provider's. */
function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  const [, mood = "", host = "", ...rest] = (request.url ?? "").split("/");
  const of = PROVIDERS[host];
  const path = `/${rest.join("/")}`;
  if (of === undefined) return void response.writeHead(400).end(`no provider is at ${host}`);
  const fault =
    request.method !== "POST" || !of.path.test(path) || !of.type.test(request.headers["content-type"] ?? "")
      ? `${request.method} ${path} of ${request.headers["content-type"]}`
      : of.takes.safeParse(of.read(body)).error?.message;
  if (fault !== undefined) return void response.writeHead(400).end(fault);
  if (mood === "busy") return void response.writeHead(429, { "retry-after": "17" }).end("{}");
  if (mood === "broken") return void response.writeHead(500).end("{}");
  if (mood === "cut")
    return void response.writeHead(200, { "content-length": "999" }).write("{", () => response.destroy());
  if (mood === "no") return void response.writeHead(200).end(of.no);
  // What hangs is never answered.
  if (mood === "yes") response.writeHead(of.yes[0]).end(of.yes[1]);
}

/** Vitest's global setup: the server stands for as long as the tests of the worker run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    answer(request, Buffer.concat(chunks).toString(), response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = z.parse(z.object({ port: z.number() }), server.address());
  project.provide("providers", `http://127.0.0.1:${port}`);
  return () => {
    server.closeAllConnections();
    return new Promise<void>((done) => server.close(() => done()));
  };
}
