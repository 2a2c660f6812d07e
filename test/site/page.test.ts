/**
 * The status page in a real browser: nothing overflows, nothing is refused by the page's own policy, and axe finds no
 * barrier (WCAG 2.2 AA), on a phone and on a desk, in light and in dark.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NAME_MAX_CHARS } from "../../protocol/limits.ts";
import type { Summary } from "../../worker/judge/summary.ts";
import { failurePage } from "../../worker/page/failure.tsx";
import { page } from "../../worker/page/page.tsx";
import { STYLE } from "../../worker/page/style.ts";
import * as sample from "../worker/sample-summary.ts";
import { barriers } from "./axe.ts";
import { HAS_BROWSER, openBrowser } from "./browser.ts";
import { startWorker } from "./worker.ts";

/** The longest names that the wire allows. */
function withLongNames(summary: Summary): Summary {
  const names = ["home", "apps", "staging", "corenas", "sync"];
  return names.reduce<Summary>((of, name) => JSON.parse(JSON.stringify(of).replaceAll(name, longest(name))), summary);
}

function longest(name: string): string {
  return name.padEnd(NAME_MAX_CHARS, name);
}

const still = (summary: Summary) => page(summary, sample.NOW, false);
const PAGES: Record<string, string> = {
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
  failure: failurePage("database", sample.NOW).replace(/<meta http-equiv="refresh"[^>]*>/, ""),
};

/** As the worker's own policy (worker/app.ts); the real one is tried below. */
const POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

interface Look {
  readonly width: number;
  readonly scheme: "light" | "dark";
}
const LOOKS: readonly Look[] = [360, 1280].flatMap((width) => [
  { width, scheme: "light" },
  { width, scheme: "dark" },
]);

let server: Server;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  browser = await openBrowser();
  server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://page").pathname;
    response.setHeader("content-security-policy", POLICY);
    response.setHeader("content-type", path === "/style.css" ? "text/css" : "text/html; charset=utf-8");
    response.end(path === "/style.css" ? STYLE : (PAGES[path.slice(1)] ?? ""));
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
async function opened(url: string, { width, scheme }: Look, look: (page: Page) => Promise<void>) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
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
  test.each(LOOKS)("at $width px in $scheme fits and has no barrier in any state", async (look) => {
    for (const name of Object.keys(PAGES)) {
      await opened(`${origin}/${name}`, look, async (tab) => {
        await expectToFit(tab, look.width);
        expect({ name, barriers: await barriers(tab) }).toEqual({ name, barriers: [] });
      });
    }
  });

  test.each([320, 768, 1216, 3840])("at %d px fits in every state", async (width) => {
    for (const name of Object.keys(PAGES)) {
      await opened(`${origin}/${name}`, { width, scheme: "light" }, (tab) => expectToFit(tab, width));
    }
  });

  test("as the real worker serves it, works under the worker's own policy", async () => {
    const worker = await startWorker();
    try {
      await opened(new URL("/?still", worker.url).href, { width: 1280, scheme: "light" }, async (tab) => {
        expect(await tab.title()).toBe("Tierwatch: pending");
        const paper = await tab.evaluate("getComputedStyle(document.documentElement).backgroundColor");
        expect(paper).toBe("rgb(245, 243, 238)");
        expect(await barriers(tab)).toEqual([]);
      });
    } finally {
      await worker.close();
    }
  });
});
