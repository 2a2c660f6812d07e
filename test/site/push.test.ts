/**
 * Web Push from end to end: the real worker pushes to a push service on loopback, which opens what it gets by its own means;
 * a real browser subscribes on the page, and its service worker shows what was pushed.
 */
import { spawnSync } from "node:child_process";
import { createECDH } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { barriers } from "./axe.ts";
import { HAS_BROWSER, HAS_NOTIFYING_BROWSER, openBrowser, openNotifyingBrowser } from "./browser.ts";
import { opened } from "./push-service.ts";
import { type PushWorker, startPushWorker } from "./push-worker.ts";
import {
  changeSubscription,
  notifications,
  type Opening,
  onPageOf,
  openedBy,
  SOON,
  serviceWorkerOf,
  standInFor,
  subscribe,
  told,
} from "./subscribe-page.ts";

const HAS_OPENSSL = spawnSync("openssl", ["version"]).status === 0;
if (!HAS_OPENSSL) console.warn("skipped: pushes to a real push service (not on this machine: openssl)");

let worker: PushWorker;
/** Each sweep is later than every one before, and its lease over. */
let time = Date.now();
const later = () => {
  time += 120_000;
  return time;
};

beforeAll(async () => {
  if (HAS_OPENSSL) worker = await startPushWorker();
});
beforeEach(() => worker?.forgetSubscribers());
afterAll(() => worker?.close());

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
    const [phone, busy, lost] = ["phone", "busy", "lost"].map((name) => ({ name, ...worker.service.browser(name) }));
    if (phone === undefined || busy === undefined || lost === undefined) throw new Error("three browsers");
    for (const { name, subscription } of [phone, busy, lost]) {
      const body = JSON.stringify({ code: await worker.newCode(), name, subscription });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(new URL("/v1/subscriptions", worker.url), { method: "POST", headers, body });
      expect(answer.status).toBe(201);
    }
    worker.service.answer("lost", { status: 410 });
    worker.service.answer("busy", { status: 429, headers: { "retry-after": "60" } });
    const now = later();
    await worker.queue("opened", "home/job:corenas/sync@1", now);
    await worker.sweep(now);
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
    expect((await worker.subscribers()).map(({ name, last_error, gone_at }) => [name, last_error, gone_at])).toEqual([
      ["busy", "the push service answered 429", null],
      ["lost", "the push service answered 410", now],
      ["phone", null, null],
    ]);
    worker.service.answer("busy", { status: 201 });
    await worker.sweep(later());
    const titles = (of: typeof phone) => of.received.map(({ title }) => title);
    const gone = "“lost” takes no more alerts of the channel phones";
    expect(titles(phone)).toEqual(["sync opened", gone]);
    expect(titles(busy).toSorted()).toEqual(["sync opened", gone]);
    expect(titles(lost)).toEqual([]);
  });
});

describe.skipIf(!HAS_OPENSSL || !HAS_BROWSER)("the page /subscribe in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  const onPage = (opening: Opening, look: (tab: Page) => Promise<void>) => onPageOf(browser, worker.url, opening, look);

  test.each([
    [390, "light"],
    [1280, "dark"],
  ] as const)("at %i px in %s fits, has no barrier, and loads what it needs alone", async (width, colorScheme) => {
    const { subscription } = worker.service.browser(`wide-${width}`);
    const opening = { viewport: { width, height: 844 }, colorScheme, code: await worker.newCode() };
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
      await onPage({ before: standInFor(worker.service.browser("nobody").subscription), ...opening }, async (tab) => {
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
      const before = standInFor(worker.service.browser("forgotten").subscription);
      await onPage({ code: await worker.newCode(), before }, async (tab) => {
        await subscribe(tab, "forgotten");
        await worker.forgetSubscribers();
        await tab.reload();
        await expect
          .poll(() => tab.locator("main").textContent(), SOON)
          .toContain("does not know this device any more");
      });
    });

    test("notifications are forbidden", async () => {
      const before = `${standInFor(worker.service.browser("nobody").subscription)}
        Notification.requestPermission = async () => "denied";`;
      await onPage({ code: await worker.newCode(), before, allowed: false }, async (tab) => {
        await tab.getByLabel("Name of this device").fill("kitchen tablet");
        await tab.getByRole("button", { name: "Show alerts on this device" }).click();
        await expect
          .poll(() => tab.locator("main").textContent(), SOON)
          .toContain("Allow them in its settings for this site");
        expect(await worker.subscribers()).toEqual([]);
      });
    });
  });

  test("subscribes (its PushManager is a stand-in), opens what is pressed, tells of another address, and unsubscribes", async () => {
    const [first, second] = [worker.service.browser("kitchen"), worker.service.browser("kitchen-again")];
    const complaints = await onPage(
      { code: await worker.newCode(), before: standInFor(first.subscription) },
      async (tab) => {
        await subscribe(tab, "kitchen tablet");
        expect(await worker.subscribers()).toMatchObject([
          { name: "kitchen tablet", endpoint: first.subscription.endpoint },
        ]);
        expect(tab.url()).toBe(new URL("/subscribe", worker.url).href);

        const [page, link] = ["https://t.example/", "https://t.example/act/1"];
        expect(await openedBy(tab, { url: page, links: ["https://t.example/act/0", link] }, ["", "1"])).toEqual([
          page,
          link,
        ]);

        await changeSubscription(tab, second.subscription);
        await expect
          .poll(worker.subscribers, SOON)
          .toMatchObject([{ name: "kitchen tablet", endpoint: second.subscription.endpoint }]);

        await tab.reload();
        await tab.getByText("This device shows alerts.").waitFor();
        await tab.getByRole("button", { name: "Show no more alerts" }).click();
        await expect.poll(() => told(tab).textContent(), SOON).toBe("This device gets no more alerts.");
        expect(await worker.subscribers()).toEqual([]);
      },
    );
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(!HAS_OPENSSL || !HAS_NOTIFYING_BROWSER)("a browser that can show notifications", () => {
  test("shows what is pushed to it (its PushManager is a stand-in), and what closes in the place of what opened", async () => {
    const browser = await openNotifyingBrowser();
    try {
      const { subscription, received } = worker.service.browser("phone");
      const opening = { code: await worker.newCode(), before: standInFor(subscription) };
      await onPageOf(browser, worker.url, opening, async (tab) => {
        await subscribe(tab, "phone");
        const deliver = await serviceWorkerOf(tab);
        for (const kind of ["opened", "closed"] as const) {
          const now = later();
          await worker.queue(kind, "home/job:corenas/sync@2", now);
          await worker.sweep(now);
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
