/** docs/openapi.json says what the routes do: each operation is called, and held against it in status and body. */
import { beforeEach, expect, test } from "vitest";
import { EXPORT_TABLES } from "../../protocol/owner/export.ts";
import { createApp } from "../../worker/app.ts";
import { newAuthenticator } from "./authenticator.ts";
import { type OwnedSite, ownedSite } from "./owned-site.ts";
import { signedIn, tokenFor } from "./owner.ts";
import { type Call, call, OPERATIONS } from "./owner-api.ts";
import { browser } from "./push-channel.ts";
import { corenasPlan } from "./reference.ts";
import { beat, request, run, START, sendPlan, settingsWith, sweepAt } from "./support.ts";

const HOUR = 3_600_000;
const PAGE = { "sec-fetch-site": "same-origin" };
/** Something for every parameter of a path. */
const PARAMS = {
  ...{ site: "home", host: "nas", name: "mail", fingerprint: "A".repeat(43), id: "A".repeat(22) },
  ...{ at: "2026-01-01T00:00:00Z", table: "runs" },
};

let site: OwnedSite;
beforeEach(async () => {
  site = await ownedSite();
});

test("each operation says yes as it is written there", async () => {
  const answered = new Set<string>();
  /** A call that has to be answered with a yes: the texts in its body, by their names. */
  const yes = async (id: string, more: Partial<Call> = {}): Promise<Record<string, string>> => {
    const { status, said } = await site.as(id, more);
    expect([id, status < 300]).toEqual([id, true]);
    answered.add(id);
    return textsOf(said);
  };
  await hostsAndIncidents(yes);
  await channelsAndExport(yes);
  await signingIn(yes);
  expect([...answered].toSorted()).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
});

type Yes = (id: string, more?: Partial<Call>) => Promise<Record<string, string>>;

/** The first text of each name, however deep. */
function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  const entries = Object.entries(value);
  const own = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.assign({}, ...entries.map(([, inner]) => textsOf(inner)).reverse(), Object.fromEntries(own));
}

async function hostsAndIncidents(yes: Yes): Promise<void> {
  const [inSite, corenas] = [{ site: "home" }, { site: "home", host: "corenas" }];
  await sendPlan(site.corenas, { ...corenasPlan, jobs: corenasPlan.jobs.slice(0, 2) }, START + 1);
  const { putAt = "" } = await yes("listHosts");
  await yes("approvePlan", { params: corenas, body: { putAt } });
  await yes("addHost", { body: { site: "home", host: "winvm" } });
  await yes("rotateKey", { params: corenas });
  const failed = run(corenasPlan.jobs[0]?.name ?? "", 1, START + HOUR, { status: "failed", exitCode: 1 });
  await beat(site.corenas, { runs: [failed] }, START + HOUR);
  await sweepAt(START + HOUR);
  const { id = "" } = await yes("listIncidents", { params: inSite, now: START + HOUR });
  await yes("snooze", { params: { id }, body: { seconds: 3600 } });
  await yes("acknowledge", { params: { id } });
  await yes("noteIncident", { params: { id }, body: { note: "the cable" } });
  await yes("readIncident", { params: { id } });
  const silence = await yes("silence", { params: inSite, body: { scope: "host:corenas", seconds: 3600 } });
  await yes("pause", { params: inSite, body: { scope: "site" } });
  await yes("listActs", { params: inSite });
  await yes("endAct", { params: { ...inSite, id: silence.id ?? "" } });
  await yes("revokeKey", { params: { fingerprint: site.corenas.key.keyId } });
  await yes("readRemoval", { params: corenas });
  await yes("removeHost", { params: corenas });
}

async function channelsAndExport(yes: Yes): Promise<void> {
  const phones = { kind: "push", name: "phones", subject: "mailto:a@b.c", public_key: "k", private_key: "p" };
  const usual = settingsWith([]);
  const settings = { ...usual, channels: [...usual.channels, phones as never] };
  await yes("listChannels", { settings });
  const { at = "" } = await yes("testChannel", { params: { name: "mail" } });
  await yes("readTest", { params: { name: "mail", at } });
  const { code = "" } = await yes("makeSubscribeCode", { params: { name: "phones" }, settings });
  const subscribing = JSON.stringify({ code, name: "phone", subscription: await browser("phone") });
  const sent = { method: "POST", headers: { "content-type": "application/json" }, body: subscribing };
  expect((await request("/v1/subscriptions", sent, START, settings)).status).toBe(201);
  const { id = "" } = await yes("listBrowsers", { params: { name: "phones" }, settings });
  await yes("testBrowser", { params: { name: "phones", id }, settings });
  await yes("removeBrowser", { params: { name: "phones", id }, settings });
  await yes("readAudit");
  await yes("listExport");
  for (const table of EXPORT_TABLES) {
    await yes("exportJson", { params: { table } });
    await yes("exportCsv", { params: { table } });
  }
}

async function signingIn(yes: Yes): Promise<void> {
  const [device, second] = [await newAuthenticator(), await newAuthenticator()];
  for (const one of [device, second]) {
    const { link = "" } = await yes("invitePasskey");
    const code = link.split("#")[1] ?? "";
    const { challenge = "" } = await yes("askToEnrolPasskey", { headers: PAGE, body: { code } });
    await yes("enrolPasskey", { headers: PAGE, body: { code, passkey: await one.create(challenge) } });
  }
  const { challenge = "" } = await yes("askToSignIn", { headers: PAGE });
  await yes("signIn", { headers: PAGE, body: await device.get(challenge) });
  await yes("readSession");
  await yes("listPasskeys");
  await yes("removePasskey", { params: { id: second.id } });
  const { id = "" } = await yes("makeToken", { body: { name: "t", may: "write" } });
  await yes("listTokens");
  await yes("revokeToken", { params: { id } });
  const { id: share = "" } = await yes("makeShare", { body: { name: "kitchen", sites: ["home"] } });
  await yes("listShares");
  await yes("revokeShare", { params: { id: share } });
  await yes("listSessions");
  const { id: other } = await signedIn(START);
  await yes("endSession", { params: { id: other } });
  await yes("endOwnSession");
}
test.each(OPERATIONS.map(({ id }) => id))("%s is refused to strangers, and by other methods", async (id) => {
  const operation = OPERATIONS.find((one) => one.id === id);
  const stranger = await call(id, { headers: {}, now: START, params: PARAMS });
  expect([401, 403]).toContain(stranger.status);
  const elsewhere = await call(id, {
    ...{
      headers: { ...site.anna, "sec-fetch-site": "cross-site" },
      now: START,
      params: PARAMS,
    },
    ...(operation?.described.requestBody === undefined ? {} : { body: {} }),
  });
  if (operation?.method === "post") expect(elsewhere.said).toMatchObject({ code: "cross_site" });
  const path = operation?.path.replaceAll(/[{}]/g, "") ?? "";
  expect((await request(path, { method: "DELETE" }, START)).status).toBe(405);
});

test.each(OPERATIONS.filter(({ method }) => method === "post").map(({ id }) => id))(
  "%s is no token's that may read",
  async (id) => {
    const operation = OPERATIONS.find((one) => one.id === id);
    const { headers } = await tokenFor("read", START);
    const { said } = await call(id, {
      headers,
      now: START,
      params: PARAMS,
    });
    const isOfPages = operation?.described.responses["401"] === undefined;
    expect(said).toMatchObject({ code: isOfPages ? "cross_site" : "not_allowed" });
  },
);

test("has every route of the owner's API, and no other", () => {
  const hosts = ["/v1/enrollments", "/v1/plan", "/v1/heartbeats", "/v1/status", "/v1/subscriptions"];
  const routes = createApp()
    .routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/v1/"))
    .filter(({ path }) => !hosts.some((of) => path === of || path.startsWith(`${of}/`)))
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  const documented = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(routes)].toSorted()).toEqual(documented.toSorted());
});
