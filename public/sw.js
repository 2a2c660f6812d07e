/**
 * The service worker: shows what is pushed, and opens the page. It holds no page back and answers no request, so the status
 * page is never an old one. A push is the `Push` of worker/channels/web-push.ts.
 */

/**
 * @typedef {{ title: string, body: string, tag: string, urgency: string, url: string | null,
 *   actions: { label: string, url: string }[] }} Push
 */
/** @typedef {{ endpoint: string, auth: string, publicKey: string }} Kept what this browser proves itself with */

const sw = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
/** Shared with subscribe.js. */
const [CACHE, KEPT] = ["tierwatch", "/kept-subscription"];

sw.addEventListener("install", () => void sw.skipWaiting());
sw.addEventListener("push", (event) => event.waitUntil(show(event.data)));
sw.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url, links } = event.notification.data;
  // Which button it was; none when the notification itself was pressed.
  const link = event.action === "" ? url : links[Number(event.action)];
  event.waitUntil(open(link ?? "/"));
});
sw.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

/**
 * One notification an incident: its tag lets "closed" take the place of "opened".
 * @param {PushMessageData | null} data
 */
async function show(data) {
  const push = read(data);
  const options = {
    body: push.body,
    tag: push.tag,
    icon: "/icon-192.png",
    data: { url: push.url, links: push.actions.map(({ url }) => url) },
    actions: push.actions.map(({ label }, i) => ({ action: String(i), title: label })),
    // Good news takes the place of bad without a sound; what wakes somebody stays until it is seen.
    renotify: push.urgency !== "low",
    silent: push.urgency === "low",
    requireInteraction: push.urgency === "urgent",
  };
  await sw.registration.showNotification(push.title, options);
}

/**
 * Browsers demand that every push is shown: what cannot be read is, too.
 * @param {PushMessageData | null} data
 * @returns {Push}
 */
function read(data) {
  try {
    const { title, body, tag, urgency, url, actions } = data?.json() ?? {};
    if (typeof title === "string" && typeof body === "string" && typeof tag === "string" && tag !== "")
      return { title, body, tag, urgency, url: url ?? null, actions: actions ?? [] };
  } catch {
    // Told below.
  }
  const body = "An alert came that this browser could not read. Look at the status page.";
  return { title: "Tierwatch", body, tag: "unread", urgency: "normal", url: null, actions: [] };
}

/**
 * The tab that shows the page already, or a new one.
 * @param {string} url
 */
async function open(url) {
  const to = new URL(url, sw.location.href).href;
  const tabs = await sw.clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = tabs.find((tab) => tab.url === to);
  await (shown === undefined ? sw.clients.openWindow(to) : shown.focus());
}

/**
 * The push service gave this browser another address: the worker is told, with what only this browser knows of the old one.
 * @param {{ newSubscription?: PushSubscription | null }} event
 */
async function renew(event) {
  const cache = await caches.open(CACHE);
  /** @type {Kept | undefined} */
  const kept = await (await cache.match(KEPT))?.json();
  if (kept === undefined) return;
  const { endpoint, auth, publicKey } = kept;
  const next =
    event.newSubscription ??
    (await sw.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey }));
  const subscription = next.toJSON();
  const body = JSON.stringify({ old: { endpoint, auth }, subscription });
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/v1/subscriptions/renewal", { method: "POST", headers, body });
  if (!answer.ok) return;
  const now = { endpoint: subscription.endpoint, auth: subscription.keys?.auth, publicKey };
  await cache.put(KEPT, Response.json(now));
}
