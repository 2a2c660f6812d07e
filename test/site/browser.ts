/** Real browsers: one from npm alone (Linux on x64), and Debian's, which can show notifications as well. */
import { spawnSync } from "node:child_process";
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

/** The browser from npm has no place to show notifications in. */
const NOTIFYING = ["chromium", "/usr/bin/chromium"].find((it) => spawnSync(it, ["--version"]).status === 0);
export const HAS_NOTIFYING_BROWSER: boolean = NOTIFYING !== undefined;
if (!HAS_NOTIFYING_BROWSER) console.log("skipped: notifications in a browser (not on this machine: chromium)");

/** Starts Debian's; the caller closes it. */
export async function openNotifyingBrowser(): Promise<Browser> {
  const executablePath = spawnSync("sh", ["-c", `command -v ${NOTIFYING}`], { encoding: "utf8" }).stdout.trim();
  return chromium.launch({ executablePath, args: ["--headless=new", "--no-sandbox"], headless: true });
}
