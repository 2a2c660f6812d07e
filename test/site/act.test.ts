/**
 * The page behind a link in an alert, on a phone and on a desk, in light and in dark: it fits, its button is large enough for
 * a thumb, and axe finds no barrier. With TIERWATCH_PICTURES set to a folder, its pictures are left there to look at.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { UNATTENDED } from "../../worker/judge/incident.ts";
import { badLinkPage, drillActPage, incidentActPage } from "../../worker/page/act.tsx";
import { STYLE } from "../../worker/page/style.ts";
import { HAS_BROWSER, openBrowser } from "./browser.ts";

const NOW = Date.parse("2026-11-23T08:14:00Z");
const HOUR = 3_600_000;
const AXE = fileURLToPath(import.meta.resolve("axe-core/axe.min.js"));
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const violations = z.array(z.object({ id: z.string() }));
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

describe.skipIf(!HAS_BROWSER).each(Object.entries(PAGES))("the page of a link (%s)", (name, html) => {
  test.each([390, 900].flatMap((width) => (["light", "dark"] as const).map((scheme) => ({ width, scheme }))))(
    "is whole and readable at $width px in $scheme",
    async ({ width, scheme }) => {
      const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: scheme });
      try {
        await tab.setContent(html);
        await tab.addStyleTag({ content: STYLE });
        if (process.env.TIERWATCH_PICTURES !== undefined) {
          const path = join(process.env.TIERWATCH_PICTURES, `act-${name}-${width}-${scheme}.png`);
          await tab.screenshot({ path, fullPage: true });
        }
        expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(width);
        expect(await tab.locator("script").count()).toBe(0);
        for (const button of await tab.locator("button").all())
          expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
        await tab.addScriptTag({ path: AXE });
        const found = await tab.evaluate(`axe.run({ runOnly: ${JSON.stringify(WCAG)} }).then((run) => run.violations)`);
        expect(z.parse(violations, found)).toEqual([]);
      } finally {
        await tab.close();
      }
    },
  );
});
