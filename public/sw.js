/**
 * The service worker: shows what is pushed, opens the page, and keeps its last state for when this device is offline or the
 * worker fails. The page always comes from the network while that answers; what is kept says how old it is, and shows nothing
 * in green. A push is the `Push` of worker/channels/web-push.ts.
 */

/**
 * @typedef {{ title: string, body: string, tag: string, urgency: string, url: string | null,
 *   actions: { label: string, url: string }[] }} Push
 */
/** @typedef {{ endpoint: string, auth: string, publicKey: string }} Kept what this browser proves itself with */

const sw = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
/** Shared with subscribe.js. */
const [CACHE, KEPT] = ["tierwatch", "/kept-subscription"];
/** The page as it last came, and what it looks like. Apart from what proves this browser: it goes when its owner signs out. */
const PAGES = "tierwatch-pages";
const PAGE = "/";
/** By the script of /sign-in, and by the form of /owner. */
const SIGNED_OUT = ["/v1/session/end", "/owner/sign-out"];
const LOOKS = /^\/(style\.css|favicon\.svg|icon-\d+\.png|manifest\.webmanifest)$/;
/** When a kept page came, in milliseconds. */
const KEPT_AT = "x-kept-at";

sw.addEventListener("install", () => void sw.skipWaiting());
// The page that brought this worker came before it: it is fetched once more, to be kept.
sw.addEventListener("activate", (event) => event.waitUntil(sw.clients.claim().then(keepNow)));
sw.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== sw.location.origin) return;
  if (SIGNED_OUT.includes(url.pathname)) event.waitUntil(caches.delete(PAGES));
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(pageOf(request));
  else if (LOOKS.test(url.pathname)) event.respondWith(lookOf(request));
});
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
 * The page as it is now; when the network or the worker fails, as it was last.
 * @param {Request} request
 */
async function pageOf(request) {
  try {
    const answer = await fetch(request);
    if (answer.status >= 500) return (await keptPage("Tierwatch answered with an error.")) ?? answer;
    await keepPage(answer);
    return answer;
  } catch (error) {
    const kept = await keptPage("This device is offline, or Tierwatch cannot be reached.");
    if (kept === null) throw error;
    return kept;
  }
}

/** @param {Response} answer */
async function keepPage(answer) {
  if (!answer.ok || answer.redirected || !answer.headers.get("content-type")?.startsWith("text/html")) return;
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, String(Date.now()));
  const cache = await caches.open(PAGES);
  await cache.put(PAGE, new Response(await answer.clone().blob(), { headers }));
}

async function keepNow() {
  try {
    const answer = await fetch(PAGE);
    const style = /href="(\/style\.css[^"]*)"/.exec(await answer.clone().text())?.[1];
    await keepPage(answer);
    if (style !== undefined) await (await caches.open(PAGES)).add(style);
  } catch {
    // Offline already: the next page that comes is kept.
  }
}

/**
 * What is kept, with its age above everything; null when nothing is.
 * @param {string} why
 */
async function keptPage(why) {
  const kept = await (await caches.open(PAGES)).match(PAGE);
  if (kept === undefined) return null;
  const html = stamped(await kept.text(), why, Number(kept.headers.get(KEPT_AT)), Date.now());
  return new Response(html, { headers: kept.headers });
}

/**
 * As worker/page/stamp.ts does it.
 * @param {string} html
 * @param {string} why
 * @param {number} at
 * @param {number} now
 */
function stamped(html, why, at, now) {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  const time = new Date(at).toLocaleString([], { ...(today ? {} : { dateStyle: "medium" }), timeStyle: "short" });
  const note =
    `<section class="notice kept" role="status"><h2>As of ${time}, ${age(now - at)} ago: not renewed</h2>` +
    `<p>${why} This is the last page that came, and every age on it is as of then. How things are now is not known.</p></section>`;
  return html
    .replace("<title>", `<title>As of ${time}: `)
    .replace(/<main(?: class="[^"]*")?>/, `<main class="stale">${note}`);
}

/**
 * `3 h 5 min`, as the page tells it.
 * @param {number} ms
 */
function age(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return `${minutes} min`;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours < 48) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * Style and pictures come from the network as well, so that they fit the page; offline, those that fitted the kept one.
 * @param {Request} request
 */
async function lookOf(request) {
  const cache = await caches.open(PAGES);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept === undefined) throw error;
    return kept;
  }
}

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
