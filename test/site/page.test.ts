/**
 * The status page in a real browser: nothing overflows, nothing is refused by the page's own policy, and axe finds no
 * barrier (WCAG 2.2 AA), on a phone and on a desk, in light and in dark.
 */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NAME_MAX_CHARS } from "../../protocol/limits.ts";
import type { Summary } from "../../worker/judge/summary.ts";
import { failurePage } from "../../worker/page/failure.tsx";
import { FAVICON } from "../../worker/page/icons.tsx";
import { incidentsPage } from "../../worker/page/incident-list.tsx";
import { incidentPage } from "../../worker/page/incident-page.tsx";
import { jobPage } from "../../worker/page/job-page.tsx";
import { logPage } from "../../worker/page/log-page.tsx";
import { nothingPage } from "../../worker/page/nothing.tsx";
import { page } from "../../worker/page/page.tsx";
import { STYLE } from "../../worker/page/style.ts";
import { incidentView, jobView } from "../worker/sample-history.ts";
import { large } from "../worker/sample-large.ts";
import * as sample from "../worker/sample-summary.ts";
import { barriers } from "./axe.ts";
import { HAS_BROWSER, openBrowser } from "./browser.ts";
import { picture } from "./looks.ts";
import { DESK, PHONE, painted } from "./paint.ts";
import { startWorker } from "./worker.ts";

/** The longest names that the wire allows. */
function withLongNames(summary: Summary): Summary {
  const names = ["home", "apps", "staging", "corenas", "sync"];
  return names.reduce<Summary>((of, name) => JSON.parse(JSON.stringify(of).replaceAll(name, longest(name))), summary);
}

function longest(name: string): string {
  return name.padEnd(NAME_MAX_CHARS, name);
}

const still = (summary: Summary) => page(summary, sample.NOW, { renews: false });
const [runOfJob] = jobView(true).runs;
const listed = (summary: Summary) =>
  summary.sites.flatMap(({ name, incidents }) => incidents.map((incident) => ({ site: name, incident })));
const LIST = {
  open: listed(sample.stuckSync()),
  past: listed(sample.healthy({ incidents: [sample.past] })),
  olderThan: 5,
  isFirst: true,
};
const PAGES: Record<string, string> = {
  job: jobPage(jobView(true), sample.NOW),
  "job-missed": jobPage(jobView(true, 2), sample.NOW),
  "job-of-others": jobPage(jobView(false), sample.NOW),
  incident: incidentPage(incidentView(), sample.NOW),
  incidents: incidentsPage(LIST, sample.NOW),
  nothing: nothingPage(),
  log:
    runOfJob === undefined
      ? ""
      : logPage(
          { site: "home", host: "corenas", job: "sync" },
          { ...runOfJob, log: "a line\n".repeat(30) },
          sample.NOW,
        ),
  healthy: still(sample.healthy({ incidents: [sample.past] })),
  stuck: still(sample.stuckSync({ faults: ["PAGE_URL is not an http or https URL; alerts carry no link"] })),
  silent: still(sample.silentSite()),
  degraded: still(sample.degradedPool()),
  wordy: still(withLongNames(sample.stuckSync())),
  unproven: still(sample.unproven()),
  pending: still(sample.pending()),
  stale: still(sample.healthy({ lastSweepAt: null })),
  empty: still(sample.empty()),
  two: still(sample.twoSites()),
  many: still(sample.manySites()),
  large: still(large(40)),
  failure: failurePage("database", sample.NOW),
};

/** As the worker's own policy (worker/app.ts); the real one is tried below. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; " +
  "script-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'";

/** Widths at which pictures of every state are taken, for eyes, when TIERWATCH_PICTURES asks for them; no test compares them. */
const WIDTHS = [360, 768, 1440];
/** Widths at which a state has to fit as well: the smallest, those beside where the layout changes, and the largest. */
const FITTING = [320, 703, 1024, 1152, 3840];

const FILES: Record<string, readonly [string, string]> = {
  "/style.css": ["text/css", STYLE],
  "/page.js": ["text/javascript", readFileSync(new URL("../../public/page.js", import.meta.url), "utf8")],
  "/sw.js": ["text/javascript", ""],
  "/favicon.svg": ["image/svg+xml", FAVICON],
  "/manifest.webmanifest": ["application/manifest+json", "{}"],
};

let server: Server;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  browser = await openBrowser();
  server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://page").pathname;
    response.setHeader("content-security-policy", POLICY);
    const [type, body] = FILES[path] ?? ["text/html; charset=utf-8", PAGES[path.slice(1)] ?? ""];
    response.setHeader("content-type", type).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  if (!HAS_BROWSER) return;
  await browser.close();
  await new Promise((resolve) => server.close(resolve));
});

/** Opens a page and answers what the browser had to complain about. */
async function opened(url: string, look: (page: Page) => Promise<void>) {
  const context = await browser.newContext();
  try {
    const tab = await context.newPage();
    const complaints: string[] = [];
    tab.on("console", (message) => complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    await tab.goto(url, { waitUntil: "load" });
    await look(tab);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

const SPILLING = `[...document.querySelectorAll("main *")].filter((one) => {
  const box = one.closest(".vessel, .hops, .incident, td, th, main")?.getBoundingClientRect();
  return box && one.getClientRects().length > 0 && one.getBoundingClientRect().right > box.right + 1;
}).map((one) => one.outerHTML)`;

/** Neither the page scrolls sideways, nor does anything leave the box that it stands in. */
async function expectToFit(tab: Page, width: number): Promise<void> {
  expect(await tab.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
  expect(await tab.evaluate(SPILLING)).toEqual([]);
}

describe.skipIf(!HAS_BROWSER)("the page in a browser", () => {
  test.each(Object.keys(PAGES))(
    "that is %s fits every screen, and has no barrier in light and in dark",
    async (name) => {
      await opened(`${origin}/${name}`, async (tab) => {
        for (const width of [...FITTING, ...WIDTHS]) {
          await tab.setViewportSize({ width, height: 900 });
          await expectToFit(tab, width);
          if (!WIDTHS.includes(width)) continue;
          for (const colorScheme of ["light", "dark"] as const) {
            await tab.emulateMedia({ colorScheme });
            await picture(tab, `${name}-${width}-${colorScheme}`);
            // Each layout once, and each scheme.
            if (colorScheme !== (width === 1440 ? "light" : "dark") || width === 768) continue;
            expect({ width, barriers: await barriers(tab) }).toEqual({ width, barriers: [] });
          }
        }
      });
    },
  );

  test.each(["healthy", "stuck", "large", "job", "incident"])(
    "that is %s moves nothing once it is painted, and asks for little",
    async (name) => {
      for (const device of [PHONE, DESK]) {
        for (const scripts of [true, false]) {
          const { layoutShift, requests } = await painted(browser, `${origin}/${name}`, { device, scripts });
          const own = [`/${name}`, "/style.css", ...(scripts ? ["/page.js"] : [])];
          const asked = requests.filter((path) => path !== "/favicon.svg");
          const told = { width: device.width, scripts };
          expect({ ...told, layoutShift, asked }).toEqual({ ...told, layoutShift: 0, asked: own });
        }
      }
    },
  );

  test("in colours of the reader's own choosing, and without motion, has no barrier", async () => {
    const context = await browser.newContext({ forcedColors: "active", reducedMotion: "reduce" });
    try {
      const tab = await context.newPage();
      for (const name of ["healthy", "stuck", "unproven"]) {
        await tab.goto(`${origin}/${name}`);
        await picture(tab, `${name}-forced-colours`);
        expect({ name, barriers: await barriers(tab) }).toEqual({ name, barriers: [] });
      }
    } finally {
      await context.close();
    }
  });

  test("as the real worker serves it, works under the worker's own policy", async () => {
    const worker = await startWorker();
    try {
      await opened(new URL("/?still", worker.url).href, async (tab) => {
        expect(await tab.title()).toBe("Tierwatch: pending");
        const paper = await tab.evaluate("getComputedStyle(document.documentElement).backgroundColor");
        expect(paper).toBe("rgb(246, 243, 236)");
        expect(await barriers(tab)).toEqual([]);
      });
    } finally {
      await worker.close();
    }
  });
});
