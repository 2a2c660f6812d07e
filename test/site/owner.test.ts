/**
 * The owner's pages on a phone and on a desk, in light and in dark: each fits, its buttons are large enough for a thumb, and
 * axe finds no barrier. On the real worker a host is added with the keyboard alone and no script, and a script takes all data
 * away. With TIERWATCH_PICTURES set to a folder, pictures are left there to look at.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXPORT_TABLES } from "../../protocol/owner/export.ts";
import { incidentPage } from "../../worker/page/incident-page.tsx";
import { accessPage } from "../../worker/page/owner/access.tsx";
import { removeBrowserPage } from "../../worker/page/owner/browsers.tsx";
import { channelsPage } from "../../worker/page/owner/channels.tsx";
import { exportPage, partPage } from "../../worker/page/owner/export.tsx";
import { turnedAwayPage } from "../../worker/page/owner/frame.tsx";
import { removePasskeyPage, revokeSharePage, revokeTokenPage } from "../../worker/page/owner/gates.tsx";
import { hostsPage, invitedPage } from "../../worker/page/owner/hosts.tsx";
import { hubPage } from "../../worker/page/owner/hub.tsx";
import { OwnersPart } from "../../worker/page/owner/incident-acts.tsx";
import { revokePage, rotatePage } from "../../worker/page/owner/keys.tsx";
import { linkPage, sharePage, tokenPage } from "../../worker/page/owner/once.tsx";
import { quietPage } from "../../worker/page/owner/quiet.tsx";
import { recordPage } from "../../worker/page/owner/record.tsx";
import { removePage } from "../../worker/page/owner/remove-host.tsx";
import { STYLE } from "../../worker/page/style.ts";
import { hashOf } from "../../worker/routes/hash.ts";
import { incidentView } from "../worker/sample-history.ts";
import { barriers } from "./axe.ts";
import { HAS_BROWSER, openBrowser } from "./browser.ts";
import { serve } from "./harness.ts";
import { inEachLook, picture } from "./looks.ts";
import * as sample from "./sample-owner.ts";

const { told, place } = sample;

const PAGES: Readonly<Record<string, string>> = {
  hub: hubPage(
    { incidents: sample.incidents, hosts: sample.hosts, channels: sample.channels },
    { ...told, done: "snoozed" },
  ),
  incident: incidentPage({ ...incidentView(), acts: OwnersPart({ incident: sample.incident, told }) }, told.now),
  quiet: quietPage(sample.quiet, "Europe/Berlin", told),
  refused: quietPage(sample.quiet, "UTC", { ...told, tried: sample.tried }),
  hosts: hostsPage(sample.hosts, told),
  invited: invitedPage(place, sample.invited, false, told),
  rotate: rotatePage(place, told),
  revoke: revokePage({ ...place, key: sample.key }, told),
  remove: removePage(place, sample.removal, told),
  channels: channelsPage(sample.channels, sample.browsers, sample.tested, told),
  browser: removeBrowserPage("phones", sample.browser, told),
  access: accessPage(sample.gates, sample.shares, ["home", "cabin"], told),
  passkey: removePasskeyPage(sample.gates.passkeys[0] ?? null, told),
  revoked: revokeTokenPage(sample.gates.tokens[0] ?? null, told),
  unshare: revokeSharePage(sample.shares[0] ?? null, told),
  share: sharePage("https://tierwatch.example/?key=AAAAAAAAAAAAAAAAAAAAAA", told),
  token: tokenPage("AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", told),
  link: linkPage("passkey", "https://tierwatch.example/owner/enroll#AAAAAAAAAAAAAAAAAAAAAA", sample.LATER, told),
  record: recordPage(sample.trail, told),
  export: exportPage(EXPORT_TABLES, told),
  part: partPage({ table: "runs", after: "WzEsMl0", number: 2, rows: 100, next: "WzMsNF0" }, told),
  away: turnedAwayPage("signed out"),
};

let browser: Browser;
beforeAll(async () => {
  if (HAS_BROWSER) browser = await openBrowser();
});
afterAll(() => browser?.close());

describe.skipIf(!HAS_BROWSER)("the owner's pages", () => {
  test.each(Object.entries(PAGES))(
    "(%s) are whole and readable on a phone and a desk, in light and in dark",
    async (name, html) => {
      const tab = await browser.newPage();
      try {
        await tab.setContent(html);
        await tab.addStyleTag({ content: STYLE });
        await inEachLook(tab, [390, 1280], async ({ width, scheme }) => {
          await picture(tab, `owner-${name}-${width}-${scheme}`);
          expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(width);
          for (const button of await tab.locator("button:visible").all())
            expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
          expect({ width, scheme, barriers: await barriers(tab) }).toEqual({ width, scheme, barriers: [] });
        });
      } finally {
        await tab.close();
      }
    },
  );

  test("lead to the field that is wrong", async () => {
    const tab = await browser.newPage();
    await tab.setContent(PAGES.refused ?? "");
    expect(await tab.evaluate("document.activeElement.name")).toBe("amount");
    expect(await tab.locator(":focus").inputValue()).toBe("soon");
    await tab.close();
  });
});

describe.skipIf(!HAS_BROWSER)("on the real worker", () => {
  let worker: Awaited<ReturnType<typeof serve>>;
  let url: URL;
  let cookie: string;
  beforeAll(async () => {
    worker = await serve();
    url = new URL(worker.url);
    url.hostname = "localhost";
    const [id = "", secret = ""] = [16, 32].map((bytes) => randomBytes(bytes).toString("base64url"));
    const values = [id, await hashOf(secret), "anna", "p", id].map((value) => `'${value}'`).join(", ");
    const now = Date.now();
    await worker.db
      .prepare(
        `INSERT INTO sessions (id, secret_hash, owner, passkey, challenge, began_at, used_at) VALUES (${values}, ${now}, ${now})`,
      )
      .run();
    // More than one part of the export, with a line end in a text.
    await worker.db
      .prepare(
        `INSERT INTO audit SELECT value, 'note', 'home', 'x' || char(13) || char(10) || 'y', 'anna', 'session', ''
       FROM json_each('${JSON.stringify(Array.from({ length: 250 }, (_, i) => i))}')`,
      )
      .run();
    cookie = `${id}.${secret}`;
  });
  afterAll(() => worker?.close());

  /** A page of a browser that anna is signed in with. */
  async function opened(options: BrowserContextOptions, path: string): Promise<Page> {
    const context = await browser.newContext(options);
    const kept = { name: "__Host-tierwatch", value: cookie, domain: "localhost", path: "/" };
    await context.addCookies([{ ...kept, secure: true, httpOnly: true, sameSite: "Strict" }]);
    const page = await context.newPage();
    await page.goto(new URL(path, url).href);
    return page;
  }

  test("a host is added with the keyboard alone and no script", async () => {
    const page = await opened({ javaScriptEnabled: false }, "/owner");
    // Whole without the script that tells times by the reader's own clock.
    expect(await page.locator("footer").textContent()).toContain("Times are UTC.");
    await tabTo(page, "a", "Hosts");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/owner/hosts");
    await tabTo(page, "input[name=host]");
    await page.keyboard.type("Core NAS");
    await page.keyboard.press("Enter");
    await page.getByText("lower-case letters").first().waitFor();
    // The browser went to the field that is wrong, and what was typed is still there.
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("corenas");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Enrol corenas of home" }).waitFor();
    expect(await page.getByLabel("Command for Linux").inputValue()).toMatch(/^node pusher\.mjs enroll \S{22}$/);
    // What only a script can do is not offered.
    await page.goto(new URL("/owner/export", url).href);
    expect(await page.getByRole("button", { name: "Everything as JSON" }).isVisible()).toBe(false);
    await page.context().close();
  });

  test("a script makes one file of all parts of a table, or of all tables", async () => {
    const page = await opened({}, "/owner/export");
    const all = JSON.parse(await downloaded(page, page.getByRole("button", { name: "Everything as JSON" })));
    expect(Object.keys(all).toSorted()).toEqual([...EXPORT_TABLES].toSorted());
    const notes = all.audit.filter(({ act }: { act: string }) => act === "note");
    expect(notes.map(({ at }: { at: number }) => at)).toEqual(Array.from({ length: 250 }, (_, i) => i));
    const csv = await downloaded(page, page.getByRole("link", { name: "audit as CSV" }));
    expect(csv.split("at,act,site")).toHaveLength(2);
    expect(csv.split('note,home,"x\r\ny",anna')).toHaveLength(251);
    expect(await page.getByRole("status").filter({ hasText: "Done" }).count()).toBe(1);
    await page.context().close();
  });
});

async function downloaded(page: Page, pressed: Locator): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), pressed.click()]);
  return readFile(await download.path(), "utf8");
}

/** Presses Tab until that has the focus. */
async function tabTo(page: Page, selector: string, hasText?: string): Promise<void> {
  const wanted = page.locator(`${selector}:focus`, hasText === undefined ? {} : { hasText });
  for (let presses = 0; presses < 40 && (await wanted.count()) === 0; presses++) await page.keyboard.press("Tab");
  expect(await wanted.count()).toBe(1);
}
