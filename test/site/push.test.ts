/**
 * Web Push from end to end: the real worker pushes to a push service on loopback, which opens what it gets by its own means;
 * a real browser subscribes on the page, and its service worker shows what was pushed.
 */
import { spawnSync } from "node:child_process";
import { createECDH, generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setDefaultCACertificates } from "node:tls";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { makeSubscribeCode, subscribeCodeSql } from "../../scripts/subscription-code.ts";
import { barriers } from "./axe.ts";
import { HAS_BROWSER, HAS_NOTIFYING_BROWSER, openBrowser, openNotifyingBrowser } from "./browser.ts";
import { opened, type PushService, startPushService } from "./push-service.ts";

const HAS_OPENSSL = spawnSync("openssl", ["version"]).status === 0;
if (!HAS_OPENSSL) console.warn("skipped: pushes to a real push service (not on this machine: openssl)");

/** As much of a D1 binding as this file uses: the Node side has no types of the Workers runtime. */
interface D1 {
  prepare(sql: string): { run(): Promise<unknown>; all(): Promise<{ results: unknown[] }> };
}

let certs: string;
let service: PushService;
let url: URL;
let db: D1;
let sweep: (at: number) => Promise<void>;
/** Each sweep is later than every one before, and its lease over. */
let time = Date.now();
const later = () => {
  time += 120_000;
  return time;
};
let closeWorker: () => Promise<void>;

beforeAll(async () => {
  if (!HAS_OPENSSL) return;
  certs = mkdtempSync(join(tmpdir(), "tierwatch-certs-"));
  const [key, cert] = [join(certs, "push.key"), join(certs, "push.pem")];
  const about = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, ...about]);
  // The local runtime's calls to the outside are made by this process.
  setDefaultCACertificates([readFileSync(cert, "utf8")]);
  const { publicKey, privateKey } = vapidKeys();
  service = await startPushService(cert, key, publicKey);
  await startWorker(publicKey, privateKey);
});
afterAll(async () => {
  if (!HAS_OPENSSL) return;
  await closeWorker();
  await service.close();
  rmSync(certs, { recursive: true, force: true });
});

function vapidKeys() {
  const jwk = z.parse(
    z.object({ x: z.string(), y: z.string(), d: z.string() }),
    generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }),
  );
  const halves = [jwk.x, jwk.y].map((half) => Buffer.from(half, "base64url"));
  return { publicKey: Buffer.concat([Buffer.from([4]), ...halves]).toString("base64url"), privateKey: jwk.d };
}

async function startWorker(publicKey: string, privateKey: string): Promise<void> {
  const { createTestHarness } = await import("wrangler");
  const phones = { kind: "push", subject: "mailto:me@example.org", public_key: publicKey, private_key: "VAPID_KEY" };
  const vars = { SWEEP_SECONDS: 600, ALLOW_PRIVATE_URLS: true, PAGE_URL: "https://t.example/", CHANNELS: { phones } };
  const harness = createTestHarness({
    workers: [
      {
        configPath: "wrangler.toml",
        vars,
        secrets: { VAPID_KEY: privateKey, LINK_SECRET: randomBytes(32).toString("base64") },
      },
    ],
  });
  ({ url } = await harness.listen());
  const worker = harness.getWorker();
  await worker.applyD1Migrations("DB");
  db = (await worker.getEnv()).DB;
  sweep = async (at) => void (await worker.scheduled({ cron: "* * * * *", scheduledTime: new Date(at) }));
  closeWorker = () => harness.close();
}

async function newCode(): Promise<string> {
  const made = makeSubscribeCode(randomBytes, Date.now());
  await db.prepare(subscribeCodeSql(made, "phones", "anna")).run();
  return made.code;
}

/** An alert to the channel, as a verdict writes it. */
async function queue(kind: "opened" | "closed", incident: string, at: number): Promise<void> {
  const of = { kind, incidentId: incident, site: "home", root: "job:corenas/sync", severity: "critical" };
  const alert = {
    ...of,
    title: `sync ${kind}`,
    lines: ["If the site were lost now: 31 h of photos."],
    openedAt: at,
    at,
  };
  const id = `${incident}/${kind}/phones`;
  await db
    .prepare(
      `INSERT INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts)
       VALUES ('${id}', 'home', '${incident}', '${kind}', 'phones', '${JSON.stringify(alert)}', 'pending', ${at}, ${at}, 0)`,
    )
    .run();
}

const rows = z.array(
  z.object({
    name: z.string(),
    endpoint: z.string(),
    last_error: z.nullable(z.string()),
    gone_at: z.nullable(z.number()),
  }),
);

async function subscribers() {
  const sql = "SELECT name, endpoint, last_error, gone_at FROM subscriptions ORDER BY name";
  return z.parse(rows, (await db.prepare(sql).all()).results);
}

/** What can be done about an alert that opens an incident: links that only a press makes act. */
const BUTTONS = ["Acknowledge", "Snooze 1 d"].map((label) => ({
  label,
  url: expect.stringMatching(/^https:\/\/t\.example\/act\/./),
}));

test("the push service of this test opens the example of RFC 8291", () => {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "base64url");
  const auth = Buffer.from("BTBZMqHH6r4Tts7J_aSIgg", "base64url");
  const body =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
  expect(opened(Buffer.from(body, "base64url"), { ecdh, auth })).toBe("When I grow up, I want to be a watermelon");
});

describe.skipIf(!HAS_OPENSSL)("the worker's pushes to a push service on loopback", () => {
  test("are opened by each browser, whatever becomes of the others", async () => {
    const [phone, busy, lost] = ["phone", "busy", "lost"].map((name) => ({ name, ...service.browser(name) }));
    if (phone === undefined || busy === undefined || lost === undefined) throw new Error("three browsers");
    for (const { name, subscription } of [phone, busy, lost]) {
      const body = JSON.stringify({ code: await newCode(), name, subscription });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(new URL("/v1/subscriptions", url), { method: "POST", headers, body });
      expect(answer.status).toBe(201);
    }
    service.answer("lost", { status: 410 });
    service.answer("busy", { status: 429, headers: { "retry-after": "60" } });
    const now = later();
    await queue("opened", "home/job:corenas/sync@1", now);
    await sweep(now);
    const said = { title: "sync opened", body: "If the site were lost now: 31 h of photos.", kind: "opened" };
    expect(phone.received).toEqual([
      {
        ...said,
        urgency: "urgent",
        url: "https://t.example/",
        tag: expect.stringMatching(/^[0-9a-f]{32}$/),
        actions: BUTTONS,
      },
    ]);
    expect((await subscribers()).map(({ name, last_error, gone_at }) => [name, last_error, gone_at])).toEqual([
      ["busy", "the push service answered 429", null],
      ["lost", "the push service answered 410", now],
      ["phone", null, null],
    ]);
    service.answer("busy", { status: 201 });
    await sweep(later());
    const titles = (of: typeof phone) => of.received.map(({ title }) => title);
    const gone = "“lost” takes no more alerts of the channel phones";
    expect(titles(phone)).toEqual(["sync opened", gone]);
    expect(titles(busy).toSorted()).toEqual(["sync opened", gone]);
    expect(titles(lost)).toEqual([]);
    await db.prepare("DELETE FROM subscriptions").run();
  });
});

/**
 * What this Chromium has no push service for: the tab's PushManager answers with a subscription of ours. All else, the
 * permission, the service worker, the notification, is the browser's own.
 */
const standInFor = (subscription: object) => `
  const json = ${JSON.stringify(subscription)};
  const has = () => sessionStorage.getItem("own") !== null;
  const own = (key) => ({ ...json, options: { applicationServerKey: key }, toJSON: () => json,
    unsubscribe: async () => { sessionStorage.removeItem("own"); return true; } });
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    sessionStorage.setItem("own", "yes");
    return own(applicationServerKey.buffer);
  };
  PushManager.prototype.getSubscription = async () => (has() ? own(null) : null);`;

/** A browser on a busy machine takes its time. */
const SOON = { timeout: 30_000 };

const told = (tab: Page) => tab.locator("#told");

interface Opening extends BrowserContextOptions {
  readonly code?: string;
  /** Runs in the tab before the page's own script. */
  readonly before?: string;
  readonly allowed?: boolean;
}

/** Opens the page and answers what the browser had to complain about. */
async function onPageOf(browser: Browser, opening: Opening, look: (tab: Page) => Promise<void>): Promise<string[]> {
  const { code = "", before = "", allowed = true, ...options } = opening;
  const context = await browser.newContext(options);
  try {
    if (allowed) await context.grantPermissions(["notifications"], { origin: url.origin });
    if (before !== "") await context.addInitScript(before);
    const tab = await context.newPage();
    const complaints: string[] = [];
    tab.on("console", (message) => complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    await tab.goto(new URL(`/subscribe${code === "" ? "" : `#${code}`}`, url).href, { waitUntil: "load" });
    await look(tab);
    return complaints;
  } finally {
    await context.close();
  }
}

describe.skipIf(!HAS_OPENSSL || !HAS_BROWSER)("the page /subscribe in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  const onPage = (opening: Opening, look: (tab: Page) => Promise<void>) => onPageOf(browser, opening, look);

  test.each([
    [390, "light"],
    [1280, "dark"],
  ] as const)("at %i px in %s fits, has no barrier, and loads what it needs alone", async (width, colorScheme) => {
    const { subscription } = service.browser(`wide-${width}`);
    const opening = { viewport: { width, height: 844 }, colorScheme, code: await newCode() };
    const complaints = await onPage({ ...opening, before: standInFor(subscription) }, async (tab) => {
      await expect.poll(() => told(tab).textContent(), SOON).toContain("The code is good");
      expect(await tab.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(await barriers(tab)).toEqual([]);
      const loaded = `performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)`;
      expect(await tab.evaluate(loaded)).toEqual(
        expect.arrayContaining(["/style.css", "/subscribe.js", "/v1/subscriptions/offer"]),
      );
      expect(await tab.evaluate("document.querySelectorAll('script').length")).toBe(1);
    });
    expect(complaints).toEqual([]);
  });

  describe("says in plain words that", () => {
    const told = async (opening: Opening, words: string) => {
      await onPage({ before: standInFor(service.browser("nobody").subscription), ...opening }, async (tab) => {
        await expect.poll(() => tab.locator("main").textContent(), SOON).toContain(words);
      });
    };

    test("it needs JavaScript", () => told({ javaScriptEnabled: false, before: "" }, "This page needs JavaScript"));
    test("a browser knows no push", () => told({ before: "delete window.PushManager" }, "This browser knows no push."));
    test("an iPhone needs the Home Screen first, and the code to paste there", () =>
      told(
        {
          code: "A".repeat(22),
          before: "delete window.PushManager",
          userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)",
          hasTouch: true,
        },
        `and paste the code: ${"A".repeat(22)}`,
      ));
    test("a code is wrong, used or too old", () => told({ code: "A".repeat(22) }, "This code was used already"));

    test("the worker does not know this device any more", async () => {
      const before = standInFor(service.browser("forgotten").subscription);
      await onPage({ code: await newCode(), before }, async (tab) => {
        await subscribe(tab, "forgotten");
        await db.prepare("DELETE FROM subscriptions").run();
        await tab.reload();
        await expect
          .poll(() => tab.locator("main").textContent(), SOON)
          .toContain("does not know this device any more");
      });
    });

    test("notifications are forbidden", async () => {
      const before = `${standInFor(service.browser("nobody").subscription)}
        Notification.requestPermission = async () => "denied";`;
      await onPage({ code: await newCode(), before, allowed: false }, async (tab) => {
        await tab.getByLabel("Name of this device").fill("kitchen tablet");
        await tab.getByRole("button", { name: "Show alerts on this device" }).click();
        await expect
          .poll(() => tab.locator("main").textContent(), SOON)
          .toContain("Allow them in its settings for this site");
        expect(await subscribers()).toEqual([]);
      });
    });
  });

  test("subscribes (its PushManager is a stand-in), opens what is pressed, tells of another address, and unsubscribes", async () => {
    const [first, second] = [service.browser("kitchen"), service.browser("kitchen-again")];
    const complaints = await onPage({ code: await newCode(), before: standInFor(first.subscription) }, async (tab) => {
      await subscribe(tab, "kitchen tablet");
      expect(await subscribers()).toMatchObject([{ name: "kitchen tablet", endpoint: first.subscription.endpoint }]);
      expect(tab.url()).toBe(new URL("/subscribe", url).href);

      const [page, link] = ["https://t.example/", "https://t.example/act/1"];
      expect(await openedBy(tab, { url: page, links: ["https://t.example/act/0", link] }, ["", "1"])).toEqual([
        page,
        link,
      ]);

      await changeSubscription(tab, second.subscription);
      await expect
        .poll(subscribers, SOON)
        .toMatchObject([{ name: "kitchen tablet", endpoint: second.subscription.endpoint }]);

      await tab.reload();
      await tab.getByText("This device shows alerts.").waitFor();
      await tab.getByRole("button", { name: "Show no more alerts" }).click();
      await expect.poll(() => told(tab).textContent(), SOON).toBe("This device gets no more alerts.");
      expect(await subscribers()).toEqual([]);
    });
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(!HAS_OPENSSL || !HAS_NOTIFYING_BROWSER)("a browser that can show notifications", () => {
  test("shows what is pushed to it (its PushManager is a stand-in), and what closes in the place of what opened", async () => {
    const browser = await openNotifyingBrowser();
    try {
      const { subscription, received } = service.browser("phone");
      const opening = { code: await newCode(), before: standInFor(subscription) };
      await onPageOf(browser, opening, async (tab) => {
        await subscribe(tab, "phone");
        const deliver = await serviceWorkerOf(tab);
        for (const kind of ["opened", "closed"] as const) {
          const now = later();
          await queue(kind, "home/job:corenas/sync@2", now);
          await sweep(now);
          await deliver(JSON.stringify(received.at(-1)));
          await expect
            .poll(() => notifications(tab), SOON)
            .toEqual([
              {
                title: `sync ${kind}`,
                body: "If the site were lost now: 31 h of photos.",
                tag: received[0]?.tag,
                silent: kind === "closed",
                stays: kind === "opened",
                buttons: kind === "opened" ? BUTTONS : [],
                url: "https://t.example/",
              },
            ]);
        }
        await deliver("no JSON");
        await expect.poll(() => notifications(tab), SOON).toHaveLength(2);
      });
    } finally {
      await browser.close();
    }
  });
});

/** What a person does with a code in hand. */
async function subscribe(tab: Page, name: string): Promise<void> {
  await expect.poll(() => told(tab).textContent(), SOON).toBe("The code is good, for the channel “phones”.");
  await tab.getByLabel("Name of this device").fill(name);
  await tab.getByRole("button", { name: "Show alerts on this device" }).click();
  const done = `Done: alerts of the channel “phones” come to this device as “${name}”.`;
  await expect.poll(() => told(tab).textContent(), SOON).toBe(done);
}

/** The event that a browser sends its service worker when its push service gave it another address. */
async function changeSubscription(tab: Page, subscription: object): Promise<void> {
  const [worker] = tab.context().serviceWorkers();
  await worker?.evaluate(`self.dispatchEvent(Object.assign(new ExtendableEvent("pushsubscriptionchange"), {
    newSubscription: { toJSON: () => (${JSON.stringify(subscription)}) } }))`);
}

/** What the service worker opens when a notification with this data, or one of its buttons, is pressed. */
async function openedBy(tab: Page, data: object, pressed: readonly string[]): Promise<unknown> {
  const [worker] = tab.context().serviceWorkers();
  return worker?.evaluate(`(async () => {
    const [opened, waiting] = [[], []];
    self.clients.openWindow = async (url) => void opened.push(url);
    const notification = { close: () => {}, data: ${JSON.stringify(data)} };
    for (const action of ${JSON.stringify(pressed)}) {
      const more = { notification, action, waitUntil: (work) => waiting.push(work) };
      self.dispatchEvent(Object.assign(new Event("notificationclick"), more));
    }
    await Promise.all(waiting);
    return opened;
  })()`);
}

/** Hands pushes to the tab's service worker, as a push service does through the browser. */
async function serviceWorkerOf(tab: Page): Promise<(data: string) => Promise<void>> {
  const debug = await tab.context().newCDPSession(tab);
  const registered = Promise.withResolvers<string>();
  debug.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    const [first] = registrations;
    if (first !== undefined) registered.resolve(first.registrationId);
  });
  await debug.send("ServiceWorker.enable");
  const registrationId = await registered.promise;
  return async (data) => {
    await debug.send("ServiceWorker.deliverPushMessage", { origin: url.origin, registrationId, data });
  };
}

const NOTIFICATIONS = `navigator.serviceWorker.ready.then((it) => it.getNotifications()).then((all) =>
  all.map(({ title, body, tag, silent, requireInteraction, data, actions }) =>
    ({ title, body, tag, silent, stays: requireInteraction, url: data.url,
      buttons: actions.map(({ action, title }) => ({ label: title, url: data.links[Number(action)] })) })))`;

function notifications(tab: Page): Promise<unknown> {
  return tab.evaluate(NOTIFICATIONS);
}
