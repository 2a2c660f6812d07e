/**
 * The page /subscribe: asks this browser's leave, subscribes it at its push service, and tells the worker, with a one-time
 * code. Whatever goes wrong is said in one sentence, and nothing is left half done.
 */

/** @typedef {{ endpoint: string, auth: string, publicKey: string }} Kept what this browser proves itself with */

/** Shared with sw.js: what proves this browser, kept where its service worker can read it, too. */
const [CACHE, KEPT] = ["tierwatch", "/kept-subscription"];

const WORDS = {
  insecure: "Push needs a page that came by https. Open this page's https address.",
  noPush: "This browser knows no push. Use a current Chrome, Edge, Firefox or Safari, and not its private mode.",
  apple:
    "On an iPhone or iPad push works from the Home Screen alone (iOS 16.4 or newer). Tap Share, then Add to Home Screen; " +
    "open Tierwatch from there, tap “Alerts on this device” at the bottom, and paste the code: ",
  denied:
    "This browser was told to let this page show no notifications. Allow them in its settings for this site, then try again.",
  undecided: "You were asked whether this page may show notifications, and gave no answer. Try again.",
  code: "This code was used already, or its hour is over. Ask for a new one: npm run subscribe-code",
  forgotten: "The worker does not know this device any more. Ask for a new code, and subscribe again.",
  offline: "The Tierwatch worker could not be reached. Try again.",
};

/** A failure with words for the person at the screen. */
class Told extends Error {}

/** @param {string} id */
const element = (id) => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
};
const form = /** @type {HTMLFormElement} */ (element("subscribe"));
const subscribed = element("subscribed");
const told = element("told");
const code = /** @type {HTMLInputElement} */ (element("code"));
const name = /** @type {HTMLInputElement} */ (element("name"));

/**
 * Runs what a button or the page asks for; a failure is told.
 * @param {() => Promise<string>} work answers what is to be told
 */
async function tell(work) {
  const buttons = [...document.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  try {
    told.textContent = await work();
    told.className = "";
  } catch (error) {
    told.textContent = error instanceof Told ? error.message : `This browser says: ${String(error)}`;
    told.className = "bad";
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/**
 * @param {string} path
 * @param {unknown} body
 */
async function ask(path, body) {
  const headers = { "content-type": "application/json" };
  const url = `/v1/subscriptions${path}`;
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => {
    throw new Told(WORDS.offline);
  });
}

/**
 * As `ask`, where only a yes lets things go on.
 * @param {string} path
 * @param {unknown} body
 */
async function demand(path, body) {
  const answer = await ask(path, body);
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  if (problem.code === "code_refused" || problem.errors?.[0]?.path === "code") throw new Told(WORDS.code);
  const [first] = problem.errors ?? [];
  throw new Told(
    `The worker refused: ${first ? `${first.path} ${first.message}` : (problem.detail ?? problem.title ?? answer.status)}`,
  );
}

/** @param {string} text base64url */
function bytesOf(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/**
 * This browser's subscription under that key. One under another key has to go first.
 * @param {string} publicKey
 */
async function subscriptionFor(publicKey) {
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const applicationServerKey = bytesOf(publicKey);
  const wanted = { userVisibleOnly: true, applicationServerKey };
  const own = await pushManager.getSubscription();
  const key = own?.options.applicationServerKey;
  if (own && key && String(new Uint8Array(key)) !== String(applicationServerKey)) await own.unsubscribe();
  return (await pushManager.subscribe(wanted)).toJSON();
}

/** @returns {Promise<PushSubscription | null>} */
async function ownSubscription() {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** @returns {Promise<Kept | undefined>} */
async function readKept() {
  return (await (await caches.open(CACHE)).match(KEPT))?.json();
}

/**
 * @param {PushSubscriptionJSON} subscription
 * @param {string} publicKey
 */
async function keep({ endpoint, keys }, publicKey) {
  const kept = { endpoint, auth: keys?.auth, publicKey };
  await (await caches.open(CACHE)).put(KEPT, Response.json(kept));
}

/**
 * Whether the worker knows this browser still; of an address that changed while nobody could tell it, it is told.
 * @param {PushSubscription} own
 */
async function isKnown(own) {
  const kept = await readKept();
  const subscription = own.toJSON();
  const old = { endpoint: kept?.endpoint ?? subscription.endpoint, auth: kept?.auth ?? subscription.keys?.auth };
  const answer = await ask("/renewal", { old, subscription });
  if (answer.status === 404) return false;
  if (!answer.ok) throw new Told(WORDS.offline);
  if (kept !== undefined) await keep(subscription, kept.publicKey);
  return true;
}

async function subscribe() {
  // First of all, and at once: browsers ask only while a person's click is fresh.
  const permission = await Notification.requestPermission();
  if (permission !== "granted") throw new Told(permission === "denied" ? WORDS.denied : WORDS.undecided);
  const { publicKey } = await demand("/offer", { code: code.value.trim() });
  const subscription = await subscriptionFor(publicKey);
  const { channel } = await demand("", { code: code.value.trim(), name: name.value, subscription });
  await keep(subscription, publicKey);
  history.replaceState(null, "", "/subscribe");
  show(subscribed);
  return `Done: alerts of the channel “${channel}” come to this device as “${name.value.trim()}”.`;
}

async function unsubscribe() {
  const kept = await readKept();
  if (kept !== undefined) {
    const answer = await ask("/end", { endpoint: kept.endpoint, auth: kept.auth });
    // Not found is well: whoever is not subscribed cannot be more so.
    if (!answer.ok && answer.status !== 404) throw new Told(WORDS.offline);
  }
  await (await ownSubscription())?.unsubscribe();
  await (await caches.open(CACHE)).delete(KEPT);
  show(form);
  return "This device gets no more alerts.";
}

/** @param {HTMLElement} shown the form, or what stands in its place when this browser is subscribed */
function show(shown) {
  for (const one of [form, subscribed]) one.hidden = one !== shown;
}

/** An iPad calls itself a Mac, and is the only one that is touched. */
function isApple() {
  const isTouchedMac = /Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1;
  return /iPhone|iPad|iPod/.test(navigator.userAgent) || isTouchedMac;
}

/** What a device may be called: `Firefox on Android`. */
function usualName() {
  const known = (/** @type {[RegExp, string][]} */ names) =>
    names.find(([pattern]) => pattern.test(navigator.userAgent))?.[1];
  const browser = known([
    [/Edg/, "Edge"],
    [/Firefox|FxiOS/, "Firefox"],
    [/Chrome|CriOS/, "Chrome"],
    [/Safari/, "Safari"],
  ]);
  const system = known([
    [/iPhone/, "iPhone"],
    [/iPad/, "iPad"],
    [/Android/, "Android"],
    [/Windows/, "Windows"],
    [/Macintosh/, isApple() ? "iPad" : "Mac"],
    [/Linux/, "Linux"],
  ]);
  return browser === undefined || system === undefined ? "" : `${browser} on ${system}`;
}

async function start() {
  if (!isSecureContext) throw new Told(WORDS.insecure);
  const knowsPush = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  // The Home Screen's Tierwatch is opened without the link, and so without the code in it.
  if (!knowsPush && isApple()) return `${WORDS.apple}${location.hash.slice(1)}`;
  if (!knowsPush) throw new Told(WORDS.noPush);
  const own = await ownSubscription();
  code.value = location.hash.slice(1);
  if (name.value === "") name.value = usualName();
  const known = own !== null && (await isKnown(own));
  show(known && code.value === "" ? subscribed : form);
  if (code.value === "") return own === null || known ? "" : WORDS.forgotten;
  const { channel } = await demand("/offer", { code: code.value });
  return `The code is good, for the channel “${channel}”.`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void tell(subscribe);
});
element("unsubscribe").addEventListener("click", () => void tell(unsubscribe));
await tell(start);
