/** A real browser, from npm alone (Linux on x64). */
import sparticuz from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

export const HAS_BROWSER: boolean = process.platform === "linux" && process.arch === "x64";
if (!HAS_BROWSER) console.log("skipped: tests in a browser (@sparticuz/chromium is for Linux on x64)");

/** Starts it; the caller closes it. */
export async function openBrowser(): Promise<Browser> {
  // In a single process it hangs as soon as a second context is opened.
  const args = sparticuz.args.filter((arg) => arg !== "--single-process");
  return chromium.launch({ args, executablePath: await sparticuz.executablePath(), headless: true });
}
