/** Cloudflare Access: who it lets through is the owner, by what it signed for this team and this application, and no other. */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readSettings, type Settings } from "../../worker/settings.ts";
import { type Headers, signedIn, tokenFor } from "./owner.ts";
import { emptyDatabase, request, START, settingsWith } from "./support.ts";

const AUD = "a".repeat(64);
let teams = 0;
let issuer: string;
let sign: (claims: Record<string, unknown>, audience?: string, from?: string) => Promise<string>;
let fetched: string[];

beforeEach(async () => {
  await emptyDatabase();
  teams += 1;
  // The keys of a team are remembered: each test has a team of its own.
  issuer = `https://team-${teams}.cloudflareaccess.com`;
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "k1", alg: "RS256" }];
  fetched = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url) => {
    fetched.push(String(url));
    return Response.json({ keys });
  });
  sign = (claims, audience = AUD, from = issuer) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: "k1" })
      .setIssuedAt(START / 1000)
      .setExpirationTime(START / 1000 + 3600)
      .setAudience(audience)
      .setIssuer(from)
      .sign(privateKey);
});
afterEach(() => vi.restoreAllMocks());

const settings = (): Settings => ({ ...settingsWith([]), access: { issuer, audience: AUD } });
const who = (headers: Headers, now = START) => request("/v1/session", { headers }, now, settings());
const ANNA = { email: "anna@example.org" };

test("who passed it is the owner, by the header or the cookie, and its keys are fetched once", async () => {
  const token = await sign(ANNA);
  const anna = { by: "anna@example.org", may: "write", through: "access" };
  expect(await (await who({ "cf-access-jwt-assertion": token })).json()).toEqual(anna);
  expect(await (await who({ cookie: `CF_Authorization=${token}` })).json()).toEqual(anna);
  expect(fetched).toEqual([`${issuer}/cdn-cgi/access/certs`]);
});

test("a program is known by its service token's name", async () => {
  const token = await sign({ common_name: "backup.access" });
  expect(await (await who({ "cf-access-jwt-assertion": token })).json()).toMatchObject({ by: "backup.access" });
});

describe("nobody is", () => {
  test.each<[string, () => Promise<string>]>([
    ["whose token is for another application", () => sign(ANNA, "b".repeat(64))],
    ["whose token is of another team", () => sign(ANNA, AUD, "https://evil.cloudflareaccess.com")],
    ["whose token names nobody", () => sign({})],
    ["whose token is no token", async () => "x.y.z"],
    ["whose token was changed", async () => `${(await sign(ANNA)).slice(0, -8)}AAAAAAAA`],
    [
      "whose token nobody signed",
      async () => {
        const body = btoa(
          JSON.stringify({ ...ANNA, aud: AUD, iss: issuer, iat: START / 1000, exp: START / 1000 + 60 }),
        );
        return `${btoa('{"alg":"none"}')}.${body}.`;
      },
    ],
  ])("%s", async (_, token) => {
    expect((await who({ "cf-access-jwt-assertion": await token() })).status).toBe(401);
  });

  test("whose token is over", async () => {
    expect((await who({ "cf-access-jwt-assertion": await sign(ANNA) }, START + 3_600_000)).status).toBe(401);
  });
});

test("its cookie acts from our pages alone", async () => {
  const cookie = `CF_Authorization=${await sign(ANNA)}`;
  const make = (site: string) =>
    request(
      "/v1/tokens",
      {
        method: "POST",
        headers: { cookie, "sec-fetch-site": site, "content-type": "application/json" },
        body: '{"name":"t","may":"read"}',
      },
      START,
      settings(),
    );
  expect((await make("cross-site")).status).toBe(403);
  expect((await make("same-origin")).status).toBe(201);
});

test("where it is set up there is one door: no session opens, and no passkey is asked for; tokens work on", async () => {
  expect((await who((await signedIn(START)).headers)).status).toBe(401);
  expect((await who((await tokenFor("read", START)).headers)).status).toBe(200);
  const headers = { "sec-fetch-site": "same-origin" };
  const answer = await request("/v1/sign-in/challenge", { method: "POST", headers }, START, settings());
  expect(await answer.json()).toMatchObject({ code: "conflict" });
  expect(await (await request("/sign-in", {}, START, settings())).text()).toContain(
    "Sign in through Cloudflare Access",
  );
});

test("half of its settings is a fault, and lets nobody in", () => {
  const read = (vars: object) => readSettings({ ...vars } as never);
  expect(read({ ACCESS_TEAM: "home", ACCESS_AUD: AUD }).access).toEqual({
    issuer: "https://home.cloudflareaccess.com",
    audience: AUD,
  });
  for (const vars of [{ ACCESS_TEAM: "home" }, { ACCESS_AUD: AUD }, { ACCESS_TEAM: "a.b", ACCESS_AUD: "x" }]) {
    const { access, faults } = read(vars);
    expect([access, faults.filter((fault) => fault.startsWith("ACCESS_")).length > 0]).toEqual([null, true]);
  }
});
