/** A real browser with a virtual authenticator (WebDriver's, over CDP) on the real worker: a link, a passkey, in, and out. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OWNER_CODE_BITS, OWNER_CODE_TTL_SECONDS } from "../../protocol/owner/sign-in.ts";
import { makeCode } from "../../scripts/one-time-code.ts";
import { invitation } from "../../worker/store/owner-sql.ts";
import { spelledOut } from "../../worker/store/spelled.ts";
import { barriers } from "./axe.ts";
import { HAS_BROWSER, openBrowser } from "./browser.ts";
import { type Served, serve } from "./harness.ts";

/** Where pictures of the pages are put, when somebody wants to look at them. */
const PICTURES = process.env.TIERWATCH_PICTURES;

let browser: Browser;
let url: URL;
let worker: Served;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  worker = await serve();
  // Passkeys need a name.
  url = new URL(worker.url);
  url.hostname = "localhost";
  browser = await openBrowser();
});
afterAll(async () => {
  if (!HAS_BROWSER) return;
  await browser.close();
  await worker.close();
});

async function newLink(owner: string): Promise<string> {
  const made = makeCode(randomBytes, Date.now(), { bits: OWNER_CODE_BITS, ttlSeconds: OWNER_CODE_TTL_SECONDS });
  const statements = invitation({ ...made, owner }, { by: "root", through: "command" }, Date.now());
  for (const statement of statements) await worker.db.prepare(spelledOut(statement)).run();
  return new URL(`/owner/enroll#${made.code}`, url).href;
}

/** A page of a browser of its own, with an authenticator that knows its person; `faults` gathers what the page threw. */
async function newPage(context: BrowserContext, faults: string[]): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("401")) faults.push(message.text());
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: `${PICTURES}/${name}-${width}.png` });
  }
}

/** Waits until the page says that. */
const told = (page: Page, words: RegExp) => page.locator("#told", { hasText: words }).waitFor();

describe.runIf(HAS_BROWSER)("a person with a browser", () => {
  test("makes a passkey by a link, signs out, and signs in with it", async () => {
    const context = await browser.newContext();
    const faults: string[] = [];
    const page = await newPage(context, faults);

    await page.goto(await newLink("anna"));
    expect(await barriers(page)).toEqual([]);
    await picture(page, "enroll");
    await page.getByRole("button", { name: "Make a passkey" }).click();
    await told(page, /^Done: anna signs in with this device/);
    // What is left in the history lets nobody in.
    expect(new URL(page.url()).hash).toBe("");
    await picture(page, "enrolled");

    await page.goto(new URL("/sign-in", url).href);
    expect(await page.locator("main").textContent()).toContain("You are signed in as anna");
    expect(await page.evaluate("document.cookie")).toBe("");
    expect((await context.cookies()).map(({ name }) => name)).toEqual(["__Host-tierwatch"]);
    expect(await barriers(page)).toEqual([]);
    await picture(page, "signed-in");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in with a passkey" }).waitFor();
    expect(await context.cookies()).toEqual([]);
    expect(await barriers(page)).toEqual([]);
    await picture(page, "signed-out");

    await page.goto(new URL("/sign-in?next=%2Fv1%2Fsession", url).href);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForURL("**/v1/session");
    expect(JSON.parse((await page.locator("body").textContent()) ?? "")).toMatchObject({ by: "anna" });
    expect(faults).toEqual([]);
    await context.close();
  });

  test("is told when a link was used, and that a device without a passkey has none", async () => {
    const link = await newLink("bert");
    const [first, second] = [await browser.newContext(), await browser.newContext()];
    const page = await newPage(first, []);
    await page.goto(link);
    await page.getByRole("button", { name: "Make a passkey" }).click();
    await told(page, /^Done: bert/);

    const other = await newPage(second, []);
    await other.goto(link);
    await other.getByRole("button", { name: "Make a passkey" }).click();
    await told(other, /^This link was used already/);
    await picture(other, "link-used");
    await other.goto(new URL("/sign-in", url).href);
    await other.getByRole("button", { name: "Sign in with a passkey" }).click();
    await told(other, /^No passkey was given/);
    await first.close();
    await second.close();
  });

  test("who comes from another site's link goes on without signing in again", async () => {
    const context = await browser.newContext();
    const page = await newPage(context, []);
    await page.goto(await newLink("carla"));
    await page.getByRole("button", { name: "Make a passkey" }).click();
    await told(page, /^Done/);
    // 127.0.0.1 is another site to a browser than localhost.
    const elsewhere = new URL("/sign-in", url);
    elsewhere.hostname = "127.0.0.1";
    await page.goto(elsewhere.href);
    const target = new URL("/sign-in?next=%2Fv1%2Fsession", url).href;
    await page.evaluate(`location.href = ${JSON.stringify(target)}`);
    await page.waitForURL("**/v1/session");
    await context.close();
  });

  test("is led from an address of numbers to a name, and told what needs a script", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const byNumbers = new URL("/sign-in", url);
    byNumbers.hostname = "127.0.0.1";
    await page.goto(byNumbers.href);
    expect(await page.getByRole("link", { name: /^Open http:\/\/localhost/ }).getAttribute("href")).toBe(
      new URL("/sign-in", url).href,
    );
    await page.goto(await newLink("dora"));
    expect(await page.locator("main").textContent()).toContain("This page needs JavaScript");
    expect(await page.getByRole("button").count()).toBe(0);
    await picture(page, "no-script");
    await context.close();
  });
});
