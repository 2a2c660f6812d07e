/** Browsers that take pushes, as their owner sees them: each is listed, tried by itself, and sent away. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { deliverDue } from "../../worker/deliver.ts";
import type { Settings } from "../../worker/settings.ts";
import { signedIn } from "./owner.ts";
import { call } from "./owner-api.ts";
import { opened, pressed } from "./owner-page.ts";
import { browser, channel, PHONES } from "./push-channel.ts";
import { db, emptyDatabase, request, START, settingsWith } from "./support.ts";

const HOUR = 3_600_000;
const OF = { name: PHONES };

let settings: Settings;
let headers: Readonly<Record<string, string>>;
beforeEach(async () => {
  await emptyDatabase();
  settings = { ...settingsWith([]), channels: [await channel()] };
  headers = (await signedIn(START)).headers;
});
afterEach(() => void vi.restoreAllMocks());

const as = (id: string, more: object = {}) => call(id, { headers, now: START, settings, ...more });

/** A browser that anna's link let in; its push service answers with that status. */
async function subscribed(name: string): Promise<void> {
  const { said } = await as("makeSubscribeCode", { params: OF });
  const { code } = said as { code: string };
  const body = JSON.stringify({ code, name, subscription: await browser(name) });
  const sent = { method: "POST", headers: { "content-type": "application/json" }, body };
  expect((await request("/v1/subscriptions", sent, START, settings)).status).toBe(201);
}

/** Stands in for every push service: answers by the last part of the address, and keeps who was sent to. */
function pushServices(statuses: Readonly<Record<string, number>> = {}): string[] {
  const reached: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const at = new Request(input, init).url.split("/").at(-1) ?? "";
    reached.push(at);
    return new Response(null, { status: statuses[at] ?? 201 });
  });
  return reached;
}

interface Listed {
  readonly id: string;
  readonly name: string;
}
async function listed(): Promise<Listed[]> {
  return ((await as("listBrowsers", { params: OF })).said as { browsers: Listed[] }).browsers;
}
async function idOf(name: string): Promise<string> {
  return (await listed()).find((one) => one.name === name)?.id ?? "";
}

describe("browsers", () => {
  test("are listed with who let them in, and how the last push to each ended; never with their address", async () => {
    for (const name of ["phone", "tablet", "lost"]) await subscribed(name);
    pushServices({ tablet: 500, lost: 410 });
    await as("testChannel", { params: OF });
    await deliverDue(db, settings, START);
    const { said } = await as("listBrowsers", { params: OF });
    const at = new Date(START).toISOString();
    const usual = { by: "anna", subscribedAt: at, lastDeliveredAt: null, error: null, goneAt: null };
    expect(await listed()).toEqual(
      expect.arrayContaining([
        { ...usual, id: expect.any(String), name: "phone", lastDeliveredAt: at },
        { ...usual, id: expect.any(String), name: "tablet", error: "the push service answered 500" },
        { ...usual, id: expect.any(String), name: "lost", error: expect.any(String), goneAt: at },
      ]),
    );
    expect(JSON.stringify(said)).not.toContain("push.example");
  });

  test("are tried one alone, and the test says how it ended", async () => {
    for (const name of ["phone", "tablet"]) await subscribed(name);
    const reached = pushServices({ tablet: 404 });
    const params = { ...OF, id: await idOf("tablet") };
    const { status, said } = await as("testBrowser", { params });
    expect(status).toBe(201);
    const alert = await env.DB.prepare("SELECT alert->>'title' AS title FROM deliveries").first();
    expect(alert).toEqual({ title: "Test of the alerts on “tablet”: nothing is wrong" });
    await deliverDue(db, settings, START + 1);
    expect(reached).toEqual(["tablet"]);
    const { at } = said as { at: string };
    expect((await as("readTest", { params: { ...OF, at } })).said).toMatchObject({ outcomes: [{ state: "refused" }] });
    expect((await as("testBrowser", { params, now: START + HOUR })).status).toBe(404);
  });

  test("are removed: nothing goes there any more, and who did it is written down", async () => {
    for (const name of ["phone", "tablet"]) await subscribed(name);
    const id = await idOf("phone");
    expect((await as("removeBrowser", { params: { ...OF, id } })).status).toBe(204);
    expect((await as("removeBrowser", { params: { ...OF, id } })).status).toBe(404);
    const reached = pushServices();
    await as("testChannel", { params: OF });
    await deliverDue(db, settings, START);
    expect(reached).toEqual(["tablet"]);
    const { results } = await env.DB.prepare(
      "SELECT by, subject, detail FROM audit WHERE act = 'remove browser'",
    ).all();
    expect(results).toEqual([{ by: "anna", subject: `${PHONES}/${id}`, detail: "phone" }]);
  });

  test("are of a push channel that there is", async () => {
    const mail = { ...settings, channels: settingsWith([]).channels };
    expect((await as("listBrowsers", { params: { name: "mail" }, settings: mail })).status).toBe(404);
    expect((await as("removeBrowser", { params: { name: "other", id: "A".repeat(22) } })).status).toBe(404);
  });

  test("make their channel one that delivers, as soon as one of them got something", async () => {
    await subscribed("phone");
    const lastOf = async () => ((await as("listChannels")).said as { channels: unknown[] }).channels;
    expect(await lastOf()).toMatchObject([{ name: PHONES, lastDeliveredAt: null }]);
    pushServices();
    await as("testChannel", { params: OF });
    await deliverDue(db, settings, START);
    expect(await lastOf()).toMatchObject([{ name: PHONES, lastDeliveredAt: new Date(START).toISOString() }]);
  });

  test("stand on the page with their test, and are removed after a page that asks", async () => {
    const at = { headers, now: START, settings };
    expect((await opened("/owner/channels", at)).text).toContain("No browser or phone takes its alerts yet");
    await subscribed("phone");
    const id = await idOf("phone");
    const tested = await pressed("/owner/channels", "/owner/channels/browsers/test", {}, at);
    expect(tested.text).toContain("A test is on its way.");
    const asks = `/owner/channels/browsers/remove?name=${PHONES}&id=${id}`;
    expect(tested.html).toContain(asks.replace("&", "&amp;"));
    expect((await opened(asks, at)).text).toContain("Remove phone?");
    const removed = await pressed(asks, "/owner/channels/browsers/remove", {}, at);
    expect(removed.text).toContain("Removed: no alert goes there any more.");
    expect(removed.text).toContain("No browser or phone takes its alerts yet");
    expect((await opened(asks, at)).text).toContain("There is no such browser");
  });
});
