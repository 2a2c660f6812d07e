/** The page /subscribe in a browser's tab, and what a person, a push service and the service worker do there. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";

/**
 * What this Chromium has no push service for: the tab's PushManager answers with a subscription of ours. All else, the
 * permission, the service worker, the notification, is the browser's own.
 */
export const standInFor = (subscription: object) => `
  const json = ${JSON.stringify(subscription)};
  const has = () => sessionStorage.getItem("own") !== null;
  const own = (key) => ({ ...json, options: { applicationServerKey: key }, toJSON: () => json,
    unsubscribe: async () => { sessionStorage.removeItem("own"); return true; } });
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    sessionStorage.setItem("own", "yes");
    return own(applicationServerKey.buffer);
  };
  PushManager.prototype.getSubscription = async () => (has() ? own(null) : null);`;

/** A browser on a busy machine takes its time. */
export const SOON = { timeout: 30_000 };

export const told = (tab: Page) => tab.locator("#told");

export interface Opening extends BrowserContextOptions {
  readonly code?: string;
  /** Runs in the tab before the page's own script. */
  readonly before?: string;
  readonly allowed?: boolean;
}

/** Opens the page and answers what the browser had to complain about. */
export async function onPageOf(
  browser: Browser,
  url: URL,
  opening: Opening,
  look: (tab: Page) => Promise<void>,
): Promise<string[]> {
  const { code = "", before = "", allowed = true, ...options } = opening;
  const context = await browser.newContext(options);
  try {
    if (allowed) await context.grantPermissions(["notifications"], { origin: url.origin });
    if (before !== "") await context.addInitScript(before);
    const tab = await context.newPage();
    const complaints: string[] = [];
    tab.on("console", (message) => complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    await tab.goto(new URL(`/subscribe${code === "" ? "" : `#${code}`}`, url).href, { waitUntil: "load" });
    await look(tab);
    return complaints;
  } finally {
    await context.close();
  }
}

/** What a person does with a code in hand. */
export async function subscribe(tab: Page, name: string): Promise<void> {
  await expect.poll(() => told(tab).textContent(), SOON).toBe("The code is good, for the channel “phones”.");
  const field = tab.getByLabel("Name of this device");
  expect(await field.inputValue()).toMatch(/^[A-Z]\w+ on \w+$/);
  await field.fill(name);
  await tab.getByRole("button", { name: "Show alerts on this device" }).click();
  const done = `Done: alerts of the channel “phones” come to this device as “${name}”.`;
  await expect.poll(() => told(tab).textContent(), SOON).toBe(done);
}

/** The event that a browser sends its service worker when its push service gave it another address. */
export async function changeSubscription(tab: Page, subscription: object): Promise<void> {
  const [worker] = tab.context().serviceWorkers();
  await worker?.evaluate(`self.dispatchEvent(Object.assign(new ExtendableEvent("pushsubscriptionchange"), {
    newSubscription: { toJSON: () => (${JSON.stringify(subscription)}) } }))`);
}

/** What the service worker opens when a notification with this data, or one of its buttons, is pressed. */
export async function openedBy(tab: Page, data: object, pressed: readonly string[]): Promise<unknown> {
  const [worker] = tab.context().serviceWorkers();
  return worker?.evaluate(`(async () => {
    const [opened, waiting] = [[], []];
    self.clients.openWindow = async (url) => void opened.push(url);
    const notification = { close: () => {}, data: ${JSON.stringify(data)} };
    for (const action of ${JSON.stringify(pressed)}) {
      const more = { notification, action, waitUntil: (work) => waiting.push(work) };
      self.dispatchEvent(Object.assign(new Event("notificationclick"), more));
    }
    await Promise.all(waiting);
    return opened;
  })()`);
}

/** Hands pushes to the tab's service worker, as a push service does through the browser. */
export async function serviceWorkerOf(tab: Page): Promise<(data: string) => Promise<void>> {
  const debug = await tab.context().newCDPSession(tab);
  const registered = Promise.withResolvers<string>();
  debug.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    const [first] = registrations;
    if (first !== undefined) registered.resolve(first.registrationId);
  });
  await debug.send("ServiceWorker.enable");
  const registrationId = await registered.promise;
  return async (data) => {
    await debug.send("ServiceWorker.deliverPushMessage", { origin: new URL(tab.url()).origin, registrationId, data });
  };
}

const NOTIFICATIONS = `navigator.serviceWorker.ready.then((it) => it.getNotifications()).then((all) =>
  all.map(({ title, body, tag, silent, requireInteraction, data, actions }) =>
    ({ title, body, tag, silent, stays: requireInteraction, url: data.url,
      buttons: actions.map(({ action, title }) => ({ label: title, url: data.links[Number(action)] })) })))`;

export function notifications(tab: Page): Promise<unknown> {
  return tab.evaluate(NOTIFICATIONS);
}
