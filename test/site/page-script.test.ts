/** What the page's script does in a real browser, and that nothing is missing where scripts do not run. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Summary } from "../../worker/judge/summary.ts";
import { jobPage } from "../../worker/page/job-page.tsx";
import { quietPage } from "../../worker/page/owner/quiet.tsx";
import { page } from "../../worker/page/page.tsx";
import { STYLE } from "../../worker/page/style.ts";
import { jobView } from "../worker/sample-history.ts";
import * as sample from "../worker/sample-summary.ts";
import { HAS_BROWSER, openBrowser } from "./browser.ts";
import * as owned from "./sample-owner.ts";

const SCRIPT = readFileSync(new URL("../../public/page.js", import.meta.url));
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:";

/** The summary that the page is made of; null: the server does not answer. */
let summary: Summary | null = sample.healthy();
const pages: Readonly<Record<string, () => string>> = {
  "/job": () => jobPage(jobView(true), sample.NOW),
  "/quiet": () => quietPage(owned.quiet, "UTC", owned.told),
  "/refused": () => quietPage(owned.quiet, "UTC", { ...owned.told, tried: { ...owned.tried, values: ZONED } }),
};
const ZONED = { ...owned.tried.values, from: "2026-12-24T20:00", zone: "Asia/Tokyo" };
let server: Server;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  browser = await openBrowser();
  server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://page").pathname;
    response.setHeader("content-security-policy", POLICY);
    if (path === "/style.css") return response.setHeader("content-type", "text/css").end(STYLE);
    if (path === "/page.js") return response.setHeader("content-type", "text/javascript").end(SCRIPT);
    // The page's other requests are of other tests.
    if (/\.(svg|png|js|webmanifest)$/.test(path)) return response.writeHead(404).end();
    if (summary === null) return response.destroy();
    response.setHeader("content-type", "text/html; charset=utf-8");
    return response.end(pages[path]?.() ?? page(summary, sample.NOW, { renews: path === "/" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  if (!HAS_BROWSER) return;
  await browser.close();
  await new Promise((resolve) => server.close(resolve));
});

/** Opens a path with a clock that the test moves. */
async function opened(path: string, options: BrowserContextOptions, look: (tab: Page) => Promise<void>): Promise<void> {
  summary = sample.healthy();
  const context = await browser.newContext(options);
  try {
    const tab = await context.newPage();
    const complaints: string[] = [];
    tab.on("pageerror", (error) => complaints.push(error.message));
    if (options.javaScriptEnabled !== false) await tab.clock.install({ time: sample.NOW });
    await tab.goto(`${origin}${path}`, { waitUntil: "load" });
    await look(tab);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Nothing depends on how fast the machine is. */
const SOON = { timeout: 60_000 };

const mainText = (tab: Page) => tab.locator("main").textContent();

describe.skipIf(!HAS_BROWSER)("the page's script", () => {
  test("tells times by the reader's clock, keeps UTC beside them, and says whose they are", async () => {
    await opened("/still", { timezoneId: "Asia/Tokyo" }, async (tab) => {
      const time = tab.locator('table.datasets time[datetime="2026-11-23T02:00Z"]').first();
      await expect.poll(() => time.textContent(), SOON).toBe("2026-11-23 11:00");
      await time.hover();
      expect(await time.getAttribute("title")).toMatch(
        /^Monday, November 23, 2026 at 11:00:00 .*\(2026-11-23 02:00 UTC\)$/,
      );
      expect(await tab.locator("footer").textContent()).toContain("Times are of Asia/Tokyo.");
    });
  });

  test("lets ages go on", async () => {
    await opened("/still", {}, async (tab) => {
      expect(await tab.locator("header time.ago").textContent()).toMatch(/ s ago$/);
      await tab.clock.fastForward(61_000);
      await expect.poll(() => tab.locator("header time.ago").textContent(), SOON).toMatch(/^\d min/);
    });
  });

  test("renews what is shown, tells it, and keeps the focus where it was", async () => {
    await opened("/", {}, async (tab) => {
      await tab.locator("table.jobs a", { hasText: "sync" }).focus();
      summary = sample.stuckSync();
      await tab.clock.fastForward(31_000);
      await expect.poll(() => mainText(tab), SOON).toContain("Staging has not moved");
      expect(await tab.title()).toContain("incident");
      expect(await tab.locator("#live").textContent()).toContain("Staging has not moved");
      expect(await tab.evaluate("document.activeElement.getAttribute('href')")).toBe("/site/home/job/corenas/sync");
    });
  });

  test("says when it can renew nothing any more, and shows nothing in green", async () => {
    await opened("/", {}, async (tab) => {
      summary = null;
      const isOld = async () => {
        await tab.clock.fastForward(31_000);
        return tab.locator("#old").isVisible();
      };
      await expect.poll(isOld, SOON).toBe(true);
      expect(await tab.locator("#old").textContent()).toContain("could not be renewed");
      expect(await tab.locator("main").getAttribute("class")).toContain("stale");
    });
  });

  test("leaves a page that is to hold still as it is", async () => {
    await opened("/still", {}, async (tab) => {
      summary = sample.stuckSync();
      await tab.clock.fastForward(120_000);
      expect(await mainText(tab)).toContain("All 4 tiers are fresh.");
    });
  });

  test("works on the page of a job, too", async () => {
    await opened("/job", { timezoneId: "America/New_York" }, async (tab) => {
      const [began] = await tab.locator("table.runs tbody th .at time").allInnerTexts();
      expect(began).toBe("2026-11-22 22:00");
    });
  });

  test("puts the reader's own zone where one is asked for, and leaves what was typed", async () => {
    const zones = (tab: Page) => tab.locator("form[action='/owner/quiet/silence'] input[name=zone]").inputValue();
    await opened("/quiet", { timezoneId: "America/New_York" }, async (tab) => {
      expect(await zones(tab)).toBe("America/New_York");
    });
    await opened("/refused", { timezoneId: "America/New_York" }, async (tab) => {
      expect(await zones(tab)).toBe("Asia/Tokyo");
    });
  });

  test("is not needed: without it all is there, in UTC, and the browser renews the page itself", async () => {
    await opened("/", { javaScriptEnabled: false }, async (tab) => {
      expect(await mainText(tab)).toContain("2026-11-23 02:00 UTC");
      expect(await tab.locator("footer").textContent()).toContain("Times are UTC.");
      expect(await tab.locator('noscript meta[http-equiv="refresh"], head meta[http-equiv="refresh"]').count()).toBe(1);
    });
  });
});
