/**
 * The page behind a link in an alert, on a phone and on a desk, in light and in dark: it fits, its button is large enough for
 * a thumb, and axe finds no barrier. With TIERWATCH_PICTURES set to a folder, its pictures are left there to look at.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UNATTENDED } from "../../worker/judge/incident.ts";
import { badLinkPage, drillActPage, incidentActPage } from "../../worker/page/act.tsx";
import { STYLE } from "../../worker/page/style.ts";
import { barriers, WCAG } from "./axe.ts";
import { HAS_BROWSER, openBrowser } from "./browser.ts";
import { inEachLook, picture } from "./looks.ts";

const NOW = Date.parse("2026-11-23T08:14:00Z");
const HOUR = 3_600_000;
const reader = { zone: "Europe/Berlin", now: NOW };

const incident = {
  id: "home/job:corenas/nightly@1",
  site: "home",
  root: "job:corenas/nightly",
  severity: "critical" as const,
  openedAt: NOW - 6 * HOUR,
  noticedAt: NOW - 6 * HOUR,
  closedAt: null,
  subject: "job:corenas/nightly",
  reason: {
    code: "run" as const,
    at: NOW - 6 * HOUR,
    status: "failed" as const,
    text: "cannot open archive: no such pool",
  },
  attention: { ...UNATTENDED, saidAt: NOW - 6 * HOUR },
};
const snoozed = { ...incident, attention: { ...incident.attention, snoozedUntil: NOW + 24 * HOUR } };
const drilled = { channel: "phone", sentAt: NOW - HOUR, confirmedAt: null, openSinceAt: NOW - HOUR };

const PAGES: Readonly<Record<string, string>> = {
  ack: incidentActPage("ack", incident, reader),
  snoozed: incidentActPage("snooze", snoozed, reader),
  over: incidentActPage("ack", { ...incident, closedAt: NOW - HOUR }, reader),
  drill: drillActPage(drilled, true, reader),
  expired: badLinkPage("expired"),
};

let browser: Browser;
beforeAll(async () => {
  if (HAS_BROWSER) browser = await openBrowser();
});
afterAll(() => browser?.close());

describe.skipIf(!HAS_BROWSER)("the page of a link", () => {
  test.each(Object.entries(PAGES))(
    "(%s) is whole and readable on a phone and a desk, in light and in dark",
    async (name, html) => {
      const tab = await browser.newPage();
      try {
        await tab.setContent(html);
        await tab.addStyleTag({ content: STYLE });
        expect(await tab.locator("script").count()).toBe(0);
        await inEachLook(tab, [390, 900], async ({ width, scheme }) => {
          await picture(tab, `act-${name}-${width}-${scheme}`);
          expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(width);
          for (const button of await tab.locator("button").all())
            expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
          expect({ width, scheme, barriers: await barriers(tab, WCAG) }).toEqual({ width, scheme, barriers: [] });
        });
      } finally {
        await tab.close();
      }
    },
  );
});
