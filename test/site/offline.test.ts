/** The page on a device that loses its network, and while the worker fails: in a real browser, with the real worker. */
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { barriers } from "./axe.ts";
import { HAS_BROWSER, openBrowser } from "./browser.ts";
import { picture } from "./looks.ts";
import { type RunningWorker, startWorker } from "./worker.ts";

let worker: RunningWorker;
let browser: Browser;
let network: Network;

interface Network {
  readonly url: string;
  state: "up" | "down" | "failing";
  readonly server: Server;
}

/** A way to the worker that can be cut, or answers with an error of its own. */
async function wayTo(target: string): Promise<Network> {
  const server = createServer((asked, answer) => {
    if (network.state === "down") return void asked.socket.destroy();
    if (network.state === "failing")
      return void answer.writeHead(503, { "content-type": "text/html" }).end("<h1>failed</h1>");
    const { hostname, port } = new URL(target);
    const headers = { ...asked.headers, host: `${hostname}:${port}` };
    const passed = request({ hostname, port, path: asked.url, method: asked.method, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, state: "up", server };
}

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  [worker, browser] = [await startWorker(), await openBrowser()];
  network = await wayTo(worker.url);
});

afterAll(async () => {
  if (!HAS_BROWSER) return;
  await browser.close();
  network.server.closeAllConnections();
  network.server.close();
  await worker.close();
});

/** Until the service worker has kept the page, and serves this tab. */
async function kept(tab: Page): Promise<void> {
  await tab.evaluate(`(async () => {
    await navigator.serviceWorker.ready;
    for (;;) {
      const page = await (await caches.open("tierwatch-pages")).match("/");
      if (page !== undefined && navigator.serviceWorker.controller !== null) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })()`);
}

const PAPER = "getComputedStyle(document.documentElement).backgroundColor";
const stamp = (tab: Page) => tab.locator("section.kept h2");

describe.skipIf(!HAS_BROWSER)("a device that saw the page once", () => {
  test.each(["down", "failing"] as const)(
    "shows it with its age while the network is %s, and the new one after",
    async (state) => {
      const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
      try {
        const tab = await context.newPage();
        network.state = "up";
        await tab.goto(network.url);
        await kept(tab);
        const paper = await tab.evaluate(PAPER);
        network.state = state;
        await tab.reload();
        await stamp(tab).waitFor();
        expect(await stamp(tab).textContent()).toMatch(/^As of .+, less than a minute ago: not renewed$/);
        expect(await tab.title()).toMatch(/^As of .+: Tierwatch/);
        expect(await tab.locator("main").getAttribute("class")).toBe("stale");
        // It looks as it did: the style was kept as well.
        expect(await tab.evaluate(PAPER)).toBe(paper);
        await picture(tab, `offline-${state}`);
        // That the page renews itself is how it comes back; whoever is disturbed by that has a link to end it.
        const found = (await barriers(tab)).filter(({ id }) => id !== "meta-refresh");
        expect(found).toEqual([]);
        network.state = "up";
        await tab.reload();
        expect(await stamp(tab).count()).toBe(0);
        expect(await tab.title()).toBe("Tierwatch: pending");
      } finally {
        network.state = "up";
        await context.close();
      }
    },
  );

  test("tells how old it is, by the day when that was not today", async () => {
    const context = await browser.newContext();
    try {
      const tab = await context.newPage();
      await tab.goto(network.url);
      await kept(tab);
      await tab.evaluate(`caches.open("tierwatch-pages").then(async (cache) => {
        const kept = await cache.match("/");
        const headers = new Headers(kept.headers);
        headers.set("x-kept-at", String(Date.now() - 51 * 3600000));
        await cache.put("/", new Response(await kept.text(), { headers }));
      })`);
      network.state = "down";
      await tab.reload();
      await stamp(tab).waitFor();
      expect(await stamp(tab).textContent()).toMatch(/^As of .*\d{4}.*, 2 d 3 h ago: not renewed$/);
    } finally {
      network.state = "up";
      await context.close();
    }
  });

  test.each(["/v1/session/end", "/owner/sign-out"])("forgets it when its owner signs out by %s", async (path) => {
    const context = await browser.newContext();
    try {
      const tab = await context.newPage();
      await tab.goto(network.url);
      await kept(tab);
      await tab.evaluate(`(async () => {
        await fetch("${path}", { method: "POST" });
        while (await caches.has("tierwatch-pages")) await new Promise((resolve) => setTimeout(resolve, 50));
      })()`);
    } finally {
      await context.close();
    }
  });
});
