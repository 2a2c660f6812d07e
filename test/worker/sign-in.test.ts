/** Signing in with a passkey: enrolled once by a link, asked with a fresh challenge, good once; and what is refused. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { randomText } from "../../worker/routes/secret.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { type Authenticator, newAuthenticator, type Quirks } from "./authenticator.ts";
import { metered } from "./metered.ts";
import { signedIn } from "./owner.ts";
import {
  challenge,
  code,
  cookieOf,
  enrol,
  enrolChallenge,
  invited,
  MINUTE,
  OUR_PAGE,
  post,
  signIn,
  trail,
  who,
} from "./signing-in.ts";
import { emptyDatabase, request, START, settingsWith } from "./support.ts";

beforeEach(emptyDatabase);

let device: Authenticator;
beforeEach(async () => {
  device = await newAuthenticator();
});

describe("a link", () => {
  test("lets one passkey in, and signs it in", async () => {
    const answer = await enrol(device, await invited("anna", START), START);
    expect(answer.status).toBe(201);
    expect(await (await who(cookieOf(answer), START)).json()).toEqual({ by: "anna", may: "write", through: "session" });
    expect(await trail()).toEqual([
      { act: "enrol passkey", by: "anna", through: "code", subject: device.id },
      { act: "invite", by: "root", through: "command", subject: "anna" },
    ]);
  });

  test("is good once, and a quarter of an hour", async () => {
    const link = await invited("anna", START);
    expect((await enrol(device, link, START)).status).toBe(201);
    expect(await code(await post("/v1/passkeys/challenge", { code: link }, START))).toEqual([403, "code_refused"]);
    const late = await invited("anna", START);
    const after = START + 15 * MINUTE;
    expect(await code(await post("/v1/passkeys/challenge", { code: late }, after))).toEqual([403, "code_refused"]);
  });

  test("is spent by the first of two at once", async () => {
    const [link, other] = [await invited("anna", START), await newAuthenticator()];
    const answers = await Promise.all([enrol(device, link, START), enrol(other, link, START)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 403]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM sessions").first("n")).toBe(1);
  });

  test("does not take a passkey that is known, nor is it spent by that", async () => {
    await enrol(device, await invited("anna", START), START);
    const link = await invited("mallory", START);
    expect(await code(await enrol(device, link, START + 1))).toEqual([403, "passkey_refused"]);
    expect((await enrol(await newAuthenticator(), link, START + 2)).status).toBe(201);
  });

  test.each<[string, Quirks]>([
    ["of a page of another origin", { origin: "https://evil.example" }],
    ["for another host", { rpId: "evil.example" }],
    ["that was no making of one", { type: "webauthn.get" }],
    ["without its person", { unverified: true }],
  ])("does not take an answer %s", async (_, quirks) => {
    const link = await invited("anna", START);
    expect(await code(await enrol(device, link, START, quirks))).toEqual([403, "passkey_refused"]);
  });

  test("takes no challenge of another link, nor one for signing in", async () => {
    const [link, other] = [await invited("anna", START), await invited("bert", START)];
    for (const wrong of [await enrolChallenge(other, START), await challenge(START), "AAAA"]) {
      const passkey = await device.create(wrong);
      expect(await code(await post("/v1/passkeys", { code: link, passkey }, START))).toEqual([403, "passkey_refused"]);
    }
  });

  test("is not used by a page of another site", async () => {
    const body = { code: await invited("anna", START) };
    const answer = await post("/v1/passkeys/challenge", body, START, { "sec-fetch-site": "cross-site" });
    expect(await code(answer)).toEqual([403, "cross_site"]);
  });
});

describe("a passkey", () => {
  beforeEach(async () => {
    await enrol(device, await invited("anna", START), START);
  });

  test("signs in, with a cookie that no script and no other site gets", async () => {
    const answer = await signIn(device, START + MINUTE);
    expect(answer.status).toBe(200);
    const attributes = answer.headers.get("set-cookie")?.split("; ").slice(1).toSorted();
    expect(attributes).toEqual(["HttpOnly", "Max-Age=604800", "Path=/", "SameSite=Strict", "Secure"]);
    expect(answer.headers.get("set-cookie")).toMatch(/^__Host-tierwatch=[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43};/);
    expect((await who(cookieOf(answer), START + MINUTE)).status).toBe(200);
  });

  test("leaves no secret in the database", async () => {
    const answer = await signIn(device, START + MINUTE);
    const secret = cookieOf(answer).split(".")[1] ?? "none";
    const rows = (await env.DB.prepare("SELECT * FROM sessions").all()).results;
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test("gives a new session, whatever session the browser brought", async () => {
    const planted = `__Host-tierwatch=${randomText(16)}.${randomText(32)}`;
    const body = await device.get(await challenge(START));
    const answer = await post("/v1/sign-in", body, START, { ...OUR_PAGE, cookie: planted });
    expect(cookieOf(answer)).not.toBe(planted);
    expect((await who(planted, START)).status).toBe(401);
  });

  test("is taken at its word once: its answer, sent again, signs nobody in", async () => {
    const answer = await device.get(await challenge(START));
    expect((await post("/v1/sign-in", answer, START)).status).toBe(200);
    expect(await code(await post("/v1/sign-in", answer, START + 1))).toEqual([403, "passkey_refused"]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM sessions").first("n")).toBe(2);
  });

  test("answers within five minutes", async () => {
    const asked = await challenge(START);
    const late = await device.get(asked);
    expect(await code(await post("/v1/sign-in", late, START + 5 * MINUTE))).toEqual([403, "passkey_refused"]);
    expect((await post("/v1/sign-in", await device.get(asked), START + 5 * MINUTE - 1)).status).toBe(200);
  });

  test("answers a challenge of ours, made for signing in", async () => {
    const ours = await challenge(START);
    const wrong = [
      randomText(56),
      await enrolChallenge(await invited("anna", START), START),
      `${ours.slice(0, -1)}${ours.endsWith("A") ? "B" : "A"}`,
      ours.slice(1),
      "",
    ];
    for (const one of wrong) {
      const answer = await post("/v1/sign-in", await device.get(one), START);
      expect([one, ...[await code(answer)].flat()]).toEqual([one, 403, "passkey_refused"]);
    }
  });

  test.each<[string, Quirks]>([
    ["of a page of another origin", { origin: "https://evil.example" }],
    ["for another host", { rpId: "evil.example" }],
    ["that was the making of one", { type: "webauthn.create" }],
    ["without its person", { unverified: true }],
  ])("is refused with an answer %s", async (_, quirks) => {
    expect(await code(await signIn(device, START, quirks))).toEqual([403, "passkey_refused"]);
  });

  test("is refused when another key signed, or nobody knows it", async () => {
    const other = await newAuthenticator();
    const answer = { ...(await other.get(await challenge(START))), id: device.id };
    expect(await code(await post("/v1/sign-in", answer, START))).toEqual([403, "passkey_refused"]);
    expect(await code(await signIn(other, START))).toEqual([403, "passkey_refused"]);
  });

  test("is refused when its counter stands still or goes back: somebody has a copy", async () => {
    expect((await signIn(device, START, { counter: 7 })).status).toBe(200);
    for (const counter of [7, 6, 0]) {
      expect(await code(await signIn(device, START, { counter }))).toEqual([403, "passkey_refused"]);
    }
    expect((await signIn(device, START, { counter: 8 })).status).toBe(200);
  });

  test("signs in with a signature whose numbers are short", async () => {
    expect((await signIn(device, START, { shortNumber: true })).status).toBe(200);
  });

  test("is refused with what is no signature at all", async () => {
    const good = await device.get(await challenge(START));
    for (const signature of ["AAAA", "MAA", randomText(70)]) {
      const bad = { ...good, response: { ...good.response, signature } };
      expect(await code(await post("/v1/sign-in", bad, START))).toEqual([403, "passkey_refused"]);
    }
  });

  test("is not asked for by a page of another site", async () => {
    const answer = await device.get(await challenge(START));
    const elsewhere = { "sec-fetch-site": "cross-site" };
    expect(await code(await post("/v1/sign-in", answer, START, elsewhere))).toEqual([403, "cross_site"]);
    expect(await code(await post("/v1/sign-in/challenge", undefined, START, elsewhere))).toEqual([403, "cross_site"]);
  });

  test("that was removed signs nobody in, and its sessions are over", async () => {
    const cookie = cookieOf(await signIn(device, START));
    const second = await newAuthenticator();
    await enrol(second, await invited("anna", START), START);
    const { headers } = await signedIn(START);
    expect((await post(`/v1/passkeys/${device.id}/remove`, undefined, START, headers)).status).toBe(204);
    expect((await who(cookie, START)).status).toBe(401);
    expect(await code(await signIn(device, START))).toEqual([403, "passkey_refused"]);
    expect((await signIn(second, START)).status).toBe(200);
    const last = await post(`/v1/passkeys/${second.id}/remove`, undefined, START, headers);
    expect(await code(last)).toEqual([409, "conflict"]);
  });

  test("costs strangers no written row: challenges are kept nowhere", async () => {
    const { d1, take } = metered(env.DB);
    const ask = () =>
      request(
        "/v1/sign-in/challenge",
        { method: "POST", headers: OUR_PAGE },
        START,
        settingsWith([]),
        openDatabase(d1),
      );
    for (let i = 0; i < 5; i++) await ask();
    expect(take()).toEqual({ statements: 5, rowsRead: 5, rowsWritten: 0 });
  });
});

test("tries are limited", async () => {
  const keys: string[] = [];
  const limit = async ({ key }: { key: string }) => {
    keys.push(key);
    return { success: keys.length < 3 };
  };
  const settings = { ...settingsWith([]), signInLimit: { limit } };
  const ask = (from: string) =>
    request(
      "/v1/sign-in/challenge",
      { method: "POST", headers: { ...OUR_PAGE, "cf-connecting-ip": from } },
      START,
      settings,
    );
  expect((await ask("192.0.2.7")).status).toBe(200);
  expect((await ask("2001:db8:1:2:3:4:5:6")).status).toBe(200);
  expect(await code(await ask("192.0.2.7"))).toEqual([429, "too_many"]);
  expect(keys).toEqual(["192.0.2.7", "2001:db8:1:2", "192.0.2.7"]);
});
