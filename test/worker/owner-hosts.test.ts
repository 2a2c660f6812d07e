/** The owner's acts by the API: hosts, their keys and plans, and channels. Each does what it says, and is written down. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type OwnedSite, ownedSite, trail } from "./owned-site.ts";
import { corenasPlan } from "./reference.ts";
import { beat, enrolled, newCode, newKey, request, START, send, sendPlan, settingsWith, sweepAt } from "./support.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CORENAS = { site: "home", host: "corenas" };

let site: OwnedSite;
beforeEach(async () => {
  site = await ownedSite();
});
const as: OwnedSite["as"] = (...asked) => site.as(...asked);

describe("hosts", () => {
  test("are added with a code that enrols one, whose fingerprint then stands there", async () => {
    const { status, said } = await as("addHost", { body: { site: "home", host: "winvm" } });
    const { code, commands, toml } = said as {
      code: string;
      toml: string;
      commands: { linux: string; windows: string };
    };
    expect([status, toml]).toEqual([201, 'worker = "https://tierwatch.example"']);
    expect(commands).toEqual({ linux: `node pusher.mjs enroll ${code}`, windows: `node .\\pusher.mjs enroll ${code}` });
    expect((await as("listHosts")).said).toMatchObject({
      hosts: [{ host: "corenas" }, { host: "winvm", status: null, keys: [], codes: [{ replaces: false }] }],
    });
    const winvm = await newKey("winvm");
    expect((await send(winvm, "POST", "/v1/enrollments", { code, publicKey: winvm.publicKey }, START)).status).toBe(
      201,
    );
    expect((await as("listHosts")).said).toMatchObject({
      hosts: [
        {},
        { host: "winvm", status: "pending", keys: [{ fingerprint: winvm.key.keyId, revokedAt: null }], codes: [] },
      ],
    });
    expect((await as("addHost", { body: { site: "home", host: "winvm" } })).status).toBe(409);
    expect(JSON.stringify((await env.DB.prepare("SELECT * FROM audit").all()).results)).not.toContain(code);
  });

  test("of one name at two sites have each their own key and codes", async () => {
    const other = await enrolled("cabin", "corenas", corenasPlan, START);
    await newCode("home", "corenas", START + HOUR);
    expect((await as("listHosts")).said).toMatchObject({
      hosts: [
        { site: "cabin", host: "corenas", keys: [{ fingerprint: other.key.keyId }], codes: [] },
        { site: "home", host: "corenas", keys: [{ fingerprint: site.corenas.key.keyId }], codes: [{}] },
      ],
    });
  });

  test("get a new key, and with its first use the old one is refused", async () => {
    const { said } = await as("rotateKey", { params: CORENAS });
    const { code } = said as { code: string };
    const old = await send(
      site.corenas,
      "POST",
      "/v1/enrollments",
      { code, publicKey: site.corenas.publicKey },
      START + 1,
    );
    expect(await old.json()).toMatchObject({ code: "code_refused", detail: expect.stringContaining("new key") });
    expect((await beat(site.corenas, {}, START + MINUTE)).status).toBe(200);
    const fresh = await newKey("corenas");
    const enrol = () =>
      send(fresh, "POST", "/v1/enrollments", { code, publicKey: fresh.publicKey }, START + 2 * MINUTE);
    expect((await enrol()).status).toBe(201);
    // Its answer was lost, so it asks again.
    expect((await enrol()).status).toBe(201);
    expect((await beat(fresh, {}, START + 3 * MINUTE)).status).toBe(200);
    expect(await (await beat(site.corenas, {}, START + 3 * MINUTE)).json()).toMatchObject({ code: "key_revoked" });
    expect((await as("rotateKey", { params: { site: "home", host: "nobody" } })).status).toBe(404);
  });

  test("whose code does not replace keep their other keys", async () => {
    const code = await newCode("home", "corenas", START + HOUR);
    const second = await newKey("corenas");
    expect((await send(second, "POST", "/v1/enrollments", { code, publicKey: second.publicKey }, START)).status).toBe(
      201,
    );
    expect((await beat(site.corenas, {}, START + MINUTE)).status).toBe(200);
  });

  test("whose key is revoked are refused at once", async () => {
    const params = { fingerprint: site.corenas.key.keyId };
    expect((await as("revokeKey", { params })).status).toBe(204);
    expect(await (await beat(site.corenas, {}, START + 1)).json()).toMatchObject({ code: "key_revoked" });
    expect((await as("revokeKey", { params })).status).toBe(404);
    expect((await as("listHosts")).said).toMatchObject({
      hosts: [{ keys: [{ revokedAt: "2026-11-23T02:00:00.000Z" }] }],
    });
    expect(await trail()).toEqual(["revoke key | home | host:corenas | anna | session"]);
  });

  test("whose plan watches less stand there until somebody approves; the plan holds all the while", async () => {
    const plan = corenasPlan;
    const eased = { ...plan, beat: { ...plan.beat, graceSeconds: plan.beat.graceSeconds + 600 } };
    expect((await sendPlan(site.corenas, eased, START + MINUTE)).status).toBe(200);
    const [host] = ((await as("listHosts")).said as { hosts: { loosened: { putAt: string }[] }[] }).hosts;
    expect(host?.loosened).toMatchObject([{ changes: [expect.stringContaining("grace of a beat")], approved: null }]);
    const putAt = host?.loosened[0]?.putAt ?? "";
    const approve = () => as("approvePlan", { params: CORENAS, body: { putAt }, now: START + HOUR });
    expect((await approve()).status).toBe(204);
    expect((await approve()).status).toBe(404);
    expect((await as("listHosts")).said).toMatchObject({ hosts: [{ loosened: [{ approved: { by: "anna" } }] }] });
    // What is put again is the same plan, and nothing to approve.
    await sendPlan(site.corenas, eased, START + 2 * HOUR);
    expect((await as("listHosts")).said).toMatchObject({ hosts: [{ loosened: [{}] }] });
    expect(await trail()).toEqual(["approve plan | home | host:corenas | anna | session"]);
  });
});

describe("channels", () => {
  const push = {
    kind: "push",
    name: "phones",
    subject: "mailto:a@b.c",
    public_key: "k",
    private_key: "p",
    allowPrivate: false,
  };
  const settings = () => {
    const usual = settingsWith([]);
    return { ...usual, channels: [...usual.channels, push as never] };
  };

  test("are listed, tested, and say how the test ended", async () => {
    expect((await as("listChannels", { settings: settings() })).said).toEqual({
      channels: [
        { name: "mail", kind: "email", lastDeliveredAt: null, disabledAt: null, error: null },
        { name: "phones", kind: "push", lastDeliveredAt: null, disabledAt: null, error: null },
      ],
    });
    const { said } = await as("testChannel", { params: { name: "mail" } });
    const { at } = said as { at: string };
    expect((await as("readTest", { params: { name: "mail", at } })).said).toMatchObject({
      outcomes: [{ state: "pending" }],
    });
    const mails: { subject: string; text: string }[] = [];
    await sweepAt(START + MINUTE, mails);
    expect(mails.map(({ text }) => text).join()).toContain("anna asked for this test at 2026-11-23 02:00 UTC.");
    expect((await as("readTest", { params: { name: "mail", at } })).said).toMatchObject({
      outcomes: [{ state: "delivered" }],
    });
    expect(await trail()).toEqual(["test |  | mail | anna | session"]);
  });

  test("that are not there are not found", async () => {
    expect((await as("testChannel", { params: { name: "nope" } })).said).toMatchObject({
      detail: expect.stringContaining("mail"),
    });
    expect((await as("makeSubscribeCode", { params: { name: "mail" } })).status).toBe(404);
    expect((await as("readTest", { params: { name: "mail", at: "2026-01-01T00:00:00Z" } })).status).toBe(404);
  });

  test("of the kind push let a browser in", async () => {
    const { said } = await as("makeSubscribeCode", { params: { name: "phones" }, settings: settings() });
    const { code, link } = said as { code: string; link: string };
    expect(link).toBe(`https://tierwatch.example/subscribe#${code}`);
    const offer = await request(
      "/v1/subscriptions/offer",
      { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ code }) },
      START,
      settings(),
    );
    expect(offer.status).toBe(200);
  });
});
