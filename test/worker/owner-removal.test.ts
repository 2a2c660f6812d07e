/** A host is taken out of its site by an owner: what goes, what stays, who is told, and how it comes back. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { signedIn } from "./owner.ts";
import { call } from "./owner-api.ts";
import { opened, pressed } from "./owner-page.ts";
import { corenasPlan, HOUR, MINUTE, night, referenceSite, type Site, winvmPlan } from "./reference.ts";
import {
  beat,
  emptyDatabase,
  enrolled,
  type Mail,
  newKey,
  request,
  START,
  send,
  sendPlan,
  sweepAt,
  type TestHost,
} from "./support.ts";

const WINVM = { site: "home", host: "winvm" };
const NOW = START + 10 * HOUR;

let site: Site;
let anna: Readonly<Record<string, string>>;
beforeEach(async () => {
  await emptyDatabase();
  site = await referenceSite(START);
  anna = (await signedIn(NOW)).headers;
});

const as = (id: string, more: object = {}) => call(id, { headers: anna, now: NOW, ...more });
const remove = (params = WINVM, now = NOW) => as("removeHost", { params, now });
const rows = async (sql: string) => (await env.DB.prepare(sql).all()).results;
const watched = async () => (await rows("SELECT key FROM watches ORDER BY key")).map(({ key }) => key);

/** winvm failed an hour ago, and its owner was told. */
async function failedRun(mails: Mail[] = []): Promise<void> {
  await night(site, NOW - HOUR, { seq: 1, without: ["offsite"] });
  const run = { id: crypto.randomUUID(), job: "offsite", seq: 1, status: "failed" as const, exitCode: 1 };
  const times = { startedAt: new Date(NOW - HOUR).toISOString(), finishedAt: new Date(NOW - HOUR + 1).toISOString() };
  await beat(site.winvm, { runs: [{ ...run, ...times }] }, NOW - HOUR + 1);
  await sweepAt(NOW - HOUR + MINUTE, mails);
}

/** Enrols again with a code that the owner made. */
async function enrolAgain(host: TestHost, now = NOW) {
  const { said } = await as("addHost", { body: WINVM, now });
  const { code } = said as { code: string };
  return send(host, "POST", "/v1/enrollments", { code, publicKey: host.publicKey }, now);
}

describe("a host that is removed", () => {
  test("takes along what only it did, and nothing of others", async () => {
    const { said } = await as("readRemoval", { params: WINVM });
    expect(said).toEqual({
      watches: ["host:winvm", "copy:apps/offsite", "copy:photos/offsite", "job:winvm/offsite"],
      incidents: [],
    });
    expect((await watched()).length).toBe(11);
    expect((await remove()).status).toBe(204);
    expect(await watched()).toEqual([
      ...["copy:apps/archive", "copy:apps/staging", "copy:photos/staging", "host:corenas"],
      ...["job:corenas/health", "job:corenas/nightly", "job:corenas/sync"],
    ]);
    expect((await as("listHosts")).said).toMatchObject({ hosts: [{ host: "corenas" }] });
    expect((await sendPlan(site.corenas, corenasPlan, NOW + MINUTE)).status).toBe(200);
    expect((await watched()).length).toBe(7);
  });

  test("leaves a copy that another host feeds as well", async () => {
    const [job] = winvmPlan.jobs;
    const second = { ...winvmPlan, jobs: job === undefined ? [] : [{ ...job, name: "mirror" }] };
    await enrolled("home", "mini", second, START);
    expect((await as("readRemoval", { params: WINVM })).said).toMatchObject({
      watches: ["host:winvm", "job:winvm/offsite"],
    });
    await remove();
    expect(await watched()).toEqual(expect.arrayContaining(["copy:apps/offsite", "job:mini/mirror"]));
    const [copy] = await rows("SELECT spec FROM watches WHERE key = 'copy:apps/offsite'");
    expect(String(copy?.spec)).not.toContain("winvm");
  });

  test("is refused from then on, with the reason, and its waiting codes are worth nothing", async () => {
    const { said } = await as("rotateKey", { params: WINVM });
    await remove();
    expect(await (await beat(site.winvm, {}, NOW + 1)).json()).toMatchObject({ code: "key_revoked" });
    const other = await newKey("winvm");
    const { code } = said as { code: string };
    const late = await send(other, "POST", "/v1/enrollments", { code, publicKey: other.publicKey }, NOW + 1);
    expect(await late.json()).toMatchObject({ code: "code_refused" });
  });

  test("closes its incident as no longer watched; runs, incidents and who did it stay", async () => {
    const mails: Mail[] = [];
    await failedRun(mails);
    expect(mails.map(({ subject }) => subject).join()).toContain("offsite");
    const [incident] = await rows("SELECT id, closed_at FROM incidents");
    expect((await as("readRemoval", { params: WINVM })).said).toMatchObject({ incidents: [{ id: incident?.id }] });
    await as("silence", { params: { site: "home" }, body: { scope: "job:winvm/offsite", seconds: 86_400 } });
    await as("silence", { params: { site: "home" }, body: { scope: "tier:staging", seconds: 86_400 } });
    await remove();
    mails.length = 0;
    await sweepAt(NOW + MINUTE, mails);
    expect(await rows("SELECT id FROM incidents WHERE closed_at IS NOT NULL")).toEqual([{ id: incident?.id }]);
    const [closed, notice] = [/no longer watched/, /the host winvm was removed/].map((title) =>
      mails.find(({ subject }) => title.test(subject)),
    );
    expect(closed?.text).toContain("It was taken out of what is watched at 2026-11-23 12:01 UTC");
    expect(notice?.text).toContain("anna took winvm out of home. Its key is revoked.");
    expect(notice?.text).toContain(
      "No longer watched: winvm, apps in offsite, photos in offsite and offsite on winvm.",
    );
    expect(await rows("SELECT count(*) AS runs FROM runs WHERE host = 'winvm'")).toEqual([{ runs: 1 }]);
    const { said } = await as("listActs", { params: { site: "home" }, now: NOW + 1 });
    expect(said).toMatchObject({ acts: [{ scope: "tier:staging" }] });
    expect(await rows("SELECT act, site, subject, detail FROM audit WHERE act = 'remove host'")).toEqual([
      { act: "remove host", site: "home", subject: "host:winvm", detail: "4 watches" },
    ]);
  });

  test("closes all that is open with the last host of a site", async () => {
    const mails: Mail[] = [];
    await sweepAt(NOW, mails);
    expect(mails.map(({ subject }) => subject).join()).toContain("silent");
    await as("pause", { params: { site: "home" }, body: { scope: "site" } });
    await remove({ site: "home", host: "corenas" });
    await remove(WINVM, NOW + 1);
    await sweepAt(NOW + MINUTE, mails);
    expect(await watched()).toEqual([]);
    expect(await rows("SELECT id FROM incidents WHERE closed_at IS NULL")).toEqual([]);
    expect(await rows("SELECT id FROM acts WHERE until_at IS NULL")).toEqual([]);
    expect((await as("listHosts", { now: NOW + MINUTE })).said).toEqual({ hosts: [] });
    expect((await request("/", {}, NOW + 2 * MINUTE)).status).toBe(200);
  });

  test("is added again under its name with a new key, and told so when it comes with the old one", async () => {
    await failedRun();
    await remove();
    expect(await (await enrolAgain(site.winvm)).json()).toMatchObject({
      code: "code_refused",
      detail: expect.stringContaining("this key was revoked: move the file away"),
    });
    const fresh = await newKey("winvm");
    expect((await enrolAgain(fresh, NOW + MINUTE)).status).toBe(201);
    expect((await sendPlan(fresh, winvmPlan, NOW + MINUTE)).status).toBe(200);
    expect((await watched()).length).toBe(11);
    await sweepAt(NOW + 2 * MINUTE);
    expect(await rows("SELECT DISTINCT status FROM watches WHERE key LIKE '%winvm%'")).toEqual([{ status: "pending" }]);
  });

  test("that was only invited loses its code; one that is not there is not found", async () => {
    await as("addHost", { body: { site: "home", host: "mini" } });
    const mini = { site: "home", host: "mini" };
    expect((await as("readRemoval", { params: mini })).said).toEqual({ watches: [], incidents: [] });
    expect((await remove(mini)).status).toBe(204);
    expect((await as("listHosts")).said).toMatchObject({ hosts: [{ host: "corenas" }, { host: "winvm" }] });
    expect(await rows("SELECT id FROM deliveries")).toEqual([]);
    for (const id of ["readRemoval", "removeHost"]) expect((await as(id, { params: mini })).status).toBe(404);
    expect(await rows("SELECT subject FROM audit WHERE act = 'remove host'")).toEqual([{ subject: "host:mini" }]);
  });

  test("waits until the plans of the others fit together, and says which do not", async () => {
    const second = await enrolled("home", "mini", { ...winvmPlan, jobs: [] }, START);
    // As two plans that are put at the same moment may leave them.
    await env.DB.prepare(
      'UPDATE plans SET plan = replace(plan, \'"born":"fast"\', \'"born":"archive"\') WHERE host = ?',
    )
      .bind(second.name)
      .run();
    const { status, said } = await remove();
    expect([status, said]).toMatchObject([409, { detail: expect.stringContaining('dataset "apps" is born in') }]);
    const asked = await opened("/owner/hosts/remove?site=home&host=winvm", { headers: anna, now: NOW });
    expect(asked.text).toMatch(/winvm cannot be removed now .*dataset "apps" is born in/);
    expect((await remove({ site: "home", host: "mini" })).status).toBe(204);
    expect((await remove()).status).toBe(204);
  });

  test("is asked for on a page that says what goes", async () => {
    const at = { headers: anna, now: NOW };
    const path = "/owner/hosts/remove?site=home&host=winvm";
    expect((await opened("/owner/hosts", at)).html).toContain(path.replace("&", "&amp;"));
    const asked = await opened(path, at);
    expect(asked.text).toContain("Remove winvm from home?");
    expect(asked.text).toContain("job offsite on winvm");
    expect(asked.text).toContain("node pusher.mjs schedule remove");
    const removed = await pressed(path, "/owner/hosts/remove", {}, at);
    expect(removed.text).toContain("Removed: it is no longer watched");
    expect(removed.text).not.toContain("winvm of home");
    expect((await opened(path, at)).text).toContain("There is no such host");
  });
});
