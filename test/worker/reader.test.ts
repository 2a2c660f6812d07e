/** Who is asking: what a session and a token open, when they end, and what no other site's page can do with them. */
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { beforeEach, describe, expect, test } from "vitest";
import type { AppEnv } from "../../worker/routes/context.ts";
import { isOwned, ownersOnly } from "../../worker/routes/reader.ts";
import { type Headers, type SignedIn, signedIn, tokenFor } from "./owner.ts";
import { db, emptyDatabase, request, START, settingsWith } from "./support.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

beforeEach(emptyDatabase);

const who = (headers: Headers, now: number) => request("/v1/session", { headers }, now);
const end = (headers: Headers, now: number) => request("/v1/session/end", { method: "POST", headers }, now);

async function code(answer: Response): Promise<unknown> {
  const body: { code?: unknown } = await answer.json();
  return [answer.status, body.code];
}

const bindings = (now: number) => ({ db, settings: settingsWith([]), now, sweepSoon: () => {} });

/** A page and an act of the API behind the same door. */
function behindTheDoor(path: string, init: RequestInit, now: number): Promise<Response> {
  const app = new Hono<AppEnv>();
  app.all("/owner/*", ownersOnly("read"), (c) => c.text("page"));
  app.all("/v1/act", ownersOnly("write"), (c) => c.text("done"));
  return Promise.resolve(app.fetch(new Request(`https://tierwatch.example${path}`, init), bindings(now)));
}

test("nobody is let in without proof, and is told how", async () => {
  const answer = await who({}, START);
  expect(answer.headers.get("www-authenticate")).toContain("Bearer");
  expect(await code(answer)).toEqual([401, "sign_in_needed"]);
});

test("there is an owner from the first passkey on, also when all are gone", async () => {
  expect(await isOwned(bindings(START))).toBe(false);
  await env.DB.prepare(
    `INSERT INTO passkeys (id, owner, name, rp_id, algorithm, public_key, counter, made_at, removed_at)
     VALUES ('p', 'anna', 'phone', 'tierwatch.example', 'ES256', 'k', 0, 1, 2)`,
  ).run();
  expect(await isOwned(bindings(START))).toBe(true);
});

describe("a session", () => {
  let anna: SignedIn;
  beforeEach(async () => {
    anna = await signedIn(START);
  });

  test("says who it is, and no cache keeps that", async () => {
    const answer = await who(anna.headers, START + HOUR);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(await answer.json()).toEqual({ by: "anna", may: "write", through: "session" });
  });

  test("goes on while it is used, seven days at most", async () => {
    for (let at = START; at < START + 7 * DAY; at += 11 * HOUR) expect((await who(anna.headers, at)).status).toBe(200);
    expect((await who(anna.headers, START + 7 * DAY)).status).toBe(401);
  });

  test("is over when it was not used for twelve hours", async () => {
    expect((await who(anna.headers, START + 12 * HOUR - 1)).status).toBe(200);
    const bert = await signedIn(START, "bert");
    expect((await who(bert.headers, START + 12 * HOUR)).status).toBe(401);
  });

  test("is over when it is ended, and its cookie is taken back", async () => {
    const answer = await end(anna.headers, START + 1);
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toMatch(/^__Host-tierwatch=; Max-Age=0; Path=\/; Secure/);
    expect((await who(anna.headers, START + 2)).status).toBe(401);
  });

  test("is not opened by its id with another secret, nor by anything else", async () => {
    const other = await signedIn(START);
    const secret = other.headers.cookie?.split(".")[1];
    for (const text of [`${anna.id}.${secret}`, anna.id, "", "x.y", `${"A".repeat(22)}.${"A".repeat(43)}`]) {
      expect((await who({ cookie: `__Host-tierwatch=${text}` }, START)).status).toBe(401);
    }
  });

  test("costs one row read, and one written when it was not used for a while", async () => {
    const rows = async () => env.DB.prepare("SELECT used_at FROM sessions").first("used_at");
    await who(anna.headers, START + 60_000);
    expect(await rows()).toBe(START);
    await who(anna.headers, START + 600_000);
    expect(await rows()).toBe(START + 600_000);
  });
});

describe("a page of another site", () => {
  test.each<[string, Headers]>([
    ["of another site", { "sec-fetch-site": "cross-site" }],
    ["of another host of the same site", { "sec-fetch-site": "same-site" }],
    ["that was typed", { "sec-fetch-site": "none" }],
    ["of a browser that tells the origin alone", { origin: "https://evil.example" }],
    ["with its origin hidden", { origin: "null" }],
    ["that says nothing", {}],
  ])("cannot act with the cookie: a request %s", async (_, headers) => {
    const { cookie = "" } = (await signedIn(START)).headers;
    expect(await code(await end({ cookie, ...headers }, START))).toEqual([403, "cross_site"]);
    expect((await who({ cookie }, START)).status).toBe(200);
  });

  test("ours can, in a browser that tells the origin alone", async () => {
    const { cookie = "" } = (await signedIn(START)).headers;
    expect((await end({ cookie, origin: "https://tierwatch.example" }, START)).status).toBe(204);
  });
});

describe("a token", () => {
  test("that may write acts from anywhere; one that may read does not", async () => {
    const act = async (may: "read" | "write") =>
      behindTheDoor("/v1/act", { method: "POST", headers: (await tokenFor(may, START)).headers }, START);
    expect((await act("write")).status).toBe(200);
    expect(await code(await act("read"))).toEqual([403, "not_allowed"]);
  });

  test("ends no session", async () => {
    expect(await code(await end((await tokenFor("write", START)).headers, START))).toEqual([403, "not_allowed"]);
  });

  test("is nobody's once it was revoked", async () => {
    const { headers } = await tokenFor("read", START);
    expect(await (await who(headers, START)).json()).toEqual({ by: "anna: script", may: "read", through: "token" });
    await env.DB.prepare("UPDATE tokens SET revoked_at = ?").bind(START).run();
    expect((await who(headers, START)).status).toBe(401);
  });

  test("that is wrong is nobody, whatever cookie comes with it", async () => {
    const { cookie = "" } = (await signedIn(START)).headers;
    for (const authorization of ["Bearer x", "Basic YTpi", "", `Bearer ${"A".repeat(22)}.${"A".repeat(43)}`]) {
      expect((await who({ cookie, authorization }, START)).status).toBe(401);
    }
  });

  test("is nobody's who knows which it is, and not its secret", async () => {
    const { id } = await tokenFor("write", START);
    const authorization = `Bearer ${id}.${"A".repeat(43)}`;
    expect((await who({ authorization }, START)).status).toBe(401);
    expect(await env.DB.prepare("SELECT used_on FROM tokens").first("used_on")).toBeNull();
  });

  test("is remembered by the day of its last use", async () => {
    const { headers } = await tokenFor("read", START);
    await who(headers, START);
    await who(headers, START + HOUR);
    expect(await env.DB.prepare("SELECT used_on FROM tokens").first("used_on")).toBe(START - (START % DAY));
  });
});

describe("a page for owners", () => {
  test("leads a stranger to sign in, and back", async () => {
    const answer = await behindTheDoor("/owner/hosts?site=home", {}, START);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/sign-in?next=%2Fowner%2Fhosts%3Fsite%3Dhome");
  });

  test("leads nobody who wanted to act", async () => {
    expect(await code(await behindTheDoor("/owner/hosts", { method: "POST" }, START))).toEqual([401, "sign_in_needed"]);
  });

  test("is shown to an owner", async () => {
    const { headers } = await signedIn(START);
    expect(await (await behindTheDoor("/owner/hosts", { headers }, START)).text()).toBe("page");
  });
});
