/**
 * The HTML of a mail in a real browser, on a phone and on a desk, in light and in dark: nothing overflows, nothing is
 * loaded from anywhere, and axe finds no barrier (WCAG 2.2 AA, contrast among it). With TIERWATCH_PICTURES set to a folder,
 * its pictures are left there to look at.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mailOf } from "../../worker/channels/mail.ts";
import { sayDrill } from "../../worker/judge/drill.ts";
import type { Alert } from "../../worker/judge/say.ts";
import { sayTogether } from "../../worker/judge/say-batch.ts";
import { sayBlind } from "../../worker/judge/say-blind.ts";
import { linksOf } from "../../worker/links.ts";
import { barriers, WCAG } from "./axe.ts";
import { HAS_BROWSER, openBrowser } from "./browser.ts";
import { inEachLook, picture } from "./looks.ts";

const NOW = Date.parse("2026-11-23T02:14:00Z");

const opened: Alert = {
  kind: "opened",
  incidentId: "home/job:corenas/sync@1",
  site: "home",
  root: "job:corenas/sync",
  severity: "critical",
  title: "home: sync (archive → staging) stuck, photos in staging is 31 h old",
  lines: [
    "First broken: sync (archive → staging). photos in staging holds nothing newer than 2026-11-21 19:02 UTC; newer data was expected by 2026-11-22 08:00 UTC.",
    "sync on corenas last ended 31 h ago: succeeded.",
    "Blocked behind it: photos in offsite, offsite on winvm.",
    "Age of the data: archive 5 h 12 min (apps), staging 31 h (photos) and offsite 2 d 3 h (photos).",
    "If the site were lost now: 31 h of photos and 5 h 12 min of apps.",
    "Next: On corenas: run the pusher's status and see whether sync still moves data; then run sync.",
  ],
  openedAt: NOW,
  at: NOW,
};
const LOG = [
  "receiving incremental stream of fast/apps@tierwatch-2026-11-22 into archive/apps",
  `cannot receive: ${"x".repeat(120)}`,
];
const long = "a-very-long-name-without-any-place-to-break".repeat(4);
const LOSS = opened.lines.slice(3, 5);
const NIGHTLY = { incidentId: "home/job:corenas/nightly@2", title: "home: nightly on corenas failed, 2 in a row" };
const nightly: Alert = {
  ...opened,
  ...NIGHTLY,
  lines: ["First broken: nightly on corenas (fast → archive). Its run failed: no space left on device.", ...LOSS],
};
const ALERTS: Readonly<Record<string, Alert>> = {
  opened,
  batch: sayTogether(NOW, [opened, nightly]) ?? opened,
  warning: { ...opened, severity: "warning" },
  reminder: { ...opened, kind: "reminder" },
  notice: sayBlind({ fromAt: NOW - 11_520_000, untilAt: NOW }),
  drill: sayDrill("mail", NOW, true, NOW),
  closed: {
    ...opened,
    kind: "closed",
    title: "home: sync on corenas is well again",
    lines: [
      "It began at 2026-11-22 09:00 Europe/Berlin (18 h 14 min ago) and lasted 18 h 14 min.",
      "One run was missed.",
      "Age of the data: archive 5 h 12 min (apps), staging 12 min (photos) and offsite 2 d 3 h (photos).",
      "If the site were lost now: 2 d 3 h of photos and 5 h 12 min of apps.",
    ],
  },
  test: { ...opened, kind: "test", title: "Test of the channel mail: nothing is wrong" },
  digest: {
    ...opened,
    kind: "digest",
    site: "",
    title: "Daily digest: 1 open incident",
    lines: [
      "home: failed. If the site were lost now: 31 h of photos, 5 h 12 min of apps.",
      "fast: ok.",
      "offsite: ok. Its oldest data: photos, 31 h old; 36 h are allowed.",
      "- apps in offsite: data of 2026-11-22 21:02 UTC, 5 h 12 min old; proven, 20 of 20 sampled files as they were, seen at 2026-11-22 23:10 UTC.",
      "- photos in offsite: data of 2026-11-21 19:02 UTC, 31 h old; told by its job, not proven by a marker.",
      "Open since 2026-11-22 08:00 UTC: sync on corenas (critical, acknowledged).",
      "This comes each day at 07:00 (Europe/Berlin). If it does not, Tierwatch or this channel does not work: look at the status page, at its /healthz, and at the worker's logs.",
    ],
  },
  hostile: {
    ...opened,
    site: long,
    title: `<script>alert(1)</script> ${long}`,
    lines: [`<img src="https://e.example/x.png"> & ${long}`],
  },
};

async function htmlOf(alert: Alert): Promise<string> {
  const { signal } = new AbortController();
  const pageUrl = "https://tierwatch.example/?a=1&b=2";
  const secret = Uint8Array.from({ length: 32 }, (_, i) => (i * 37) % 256);
  const actions = await linksOf({ secret, pageUrl }, alert, "mail");
  const log = alert.kind === "opened" ? LOG : [];
  const message = { alert, id: "1", pageUrl, actions, log, now: NOW, signal };
  return (await mailOf(message, "tierwatch@example.org")).html;
}

let browser: Browser;
beforeAll(async () => {
  if (HAS_BROWSER) browser = await openBrowser();
});
afterAll(() => browser?.close());

describe.skipIf(!HAS_BROWSER)("the mail of an alert", () => {
  test.each(Object.entries(ALERTS))(
    "(%s) is whole and readable on a phone and a desk, in light and in dark",
    async (name, alert) => {
      const tab = await browser.newPage();
      try {
        const asked: string[] = [];
        tab.on("request", (request) => asked.push(request.url()));
        await tab.setContent(await htmlOf(alert));
        expect(await tab.locator("h1").textContent()).toBe(alert.title);
        expect(await tab.locator("img, script").count()).toBe(0);
        await inEachLook(tab, [390, 1280], async ({ width, scheme }) => {
          await picture(tab, `mail-${name}-${width}-${scheme}`);
          expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(width);
          expect({ width, scheme, barriers: await barriers(tab, WCAG) }).toEqual({ width, scheme, barriers: [] });
        });
        expect(asked).toEqual([]);
      } finally {
        await tab.close();
      }
    },
  );
});
