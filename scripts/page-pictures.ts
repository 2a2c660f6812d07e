/**
 * `node scripts/page-pictures.ts [URL]`: the README's pictures of the page, in light and in dark, from the demo that runs
 * (`npm start`, after a few of its nights) or from another address.
 */
import { resolve } from "node:path";
import sparticuz from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const URL_OF_DEMO = "http://127.0.0.1:8787/";
/** As wide as the README shows it. */
const SIZE = { width: 1180, height: 900 };
/** The picture ends below the datasets, with so much air. */
const LAST = "table.datasets";
const AIR = 24;
const PICTURES = { light: "docs/page.png", dark: "docs/page-dark.png" } as const;

const page = new URL("/?still", process.argv[2] ?? URL_OF_DEMO);
// In a single process it hangs as soon as a second context is opened.
const args = sparticuz.args.filter((arg) => arg !== "--single-process");
const browser = await chromium.launch({ args, executablePath: await sparticuz.executablePath(), headless: true });
try {
  const tab = await browser.newPage({ viewport: SIZE, timezoneId: "UTC" });
  await tab.goto(page.href, { waitUntil: "networkidle" });
  const last = await tab.locator(LAST).first().boundingBox();
  const height = last === null ? SIZE.height : Math.ceil(last.y + last.height + AIR);
  const clip = { x: 0, y: 0, width: SIZE.width, height };
  // Of one and the same moment.
  for (const colorScheme of ["light", "dark"] as const) {
    await tab.emulateMedia({ colorScheme });
    await tab.screenshot({ path: resolve(import.meta.dirname, "..", PICTURES[colorScheme]), clip, fullPage: true });
    console.log(`${PICTURES[colorScheme]} shows ${page.href}`);
  }
} finally {
  await browser.close();
}
