/**
 * What a page does where scripts run, and does without where they do not: times by the reader's own clock with their age kept
 * up, and renewal without a flicker. It loads nothing but the page itself again, and keeps what was opened or held in focus. The
 * page that can be installed it lets the service worker keep, to be looked at when this device is offline.
 */

const RENEW_MS = 30_000;
const AGE_MS = 10_000;
/** From so long without an answer on the page says that it is old. */
const OLD_MS = 120_000;

const UNITS = /** @type {const} */ ([
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
]);

/** The same words as the server's: two units, and hours up to two days. @param {number} ms */
function span(ms) {
  const whole = Math.max(0, Math.round(ms / 1000) * 1000);
  const units = whole < 2 * 86_400_000 ? UNITS.slice(1) : UNITS;
  const start = units.findIndex(([, size]) => whole >= size);
  if (start < 0) return "0 s";
  let rest = whole;
  const parts = units.slice(start, start + 2).flatMap(([name, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  return parts.join(" ");
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
/** @param {number} value */
const two = (value) => String(value).padStart(2, "0");

/** `2026-11-23 03:14`, as a clock beside the reader shows it; a page has hundreds, and nothing is painted before. @param {number} at */
function local(at) {
  const of = new Date(at);
  const day = `${of.getFullYear()}-${two(of.getMonth() + 1)}-${two(of.getDate())}`;
  return `${day} ${two(of.getHours())}:${two(of.getMinutes())}`;
}

/** In full, with what stood there: for who points at it. @param {Event} event */
function explain({ target }) {
  const time = target instanceof Element ? target.closest("time") : null;
  const utc = time?.dataset.utc;
  if (time === null || utc === undefined || time.title !== "") return;
  const whole = { dateStyle: /** @type {const} */ ("full"), timeStyle: /** @type {const} */ ("long") };
  time.title = `${new Intl.DateTimeFormat("en-CA", { hourCycle: "h23", ...whole }).format(Date.parse(time.dateTime))} (${utc})`;
}

/** The server's clock as far as this browser knows it, so that a wrong clock here makes no data look young. */
let ahead = 0;

/** @param {ParentNode} root */
function upgrade(root) {
  for (const time of root.querySelectorAll("time")) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    if (time.classList.contains("ago")) continue;
    time.dataset.utc = time.textContent ?? "";
    time.textContent = local(at);
  }
  for (const said of root.querySelectorAll("[data-zone]"))
    said.textContent = `Times are of ${zone.replaceAll("_", " ")}.`;
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("[data-guess=zone]")))
    field.value = zone;
}

/** Ages that are shown go on. */
function keepAges() {
  const now = Date.now() - ahead;
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time.ago"))) {
    const at = Date.parse(time.dateTime);
    const words = at <= now ? `${span(now - at)} ago` : `in ${span(at - now)}`;
    if (time.textContent !== words) time.textContent = words;
  }
}

const renews = document.body.dataset.renews !== undefined;
let answeredAt = Date.now();
/** The page as it came last, before its times were changed. */
let shown = document.querySelector("main")?.innerHTML ?? "";

/** What of an element stays the same over a renewal. @param {Element | null} element */
function nameOf(element) {
  if (element === null) return null;
  return element.id || element.getAttribute("href") || element.querySelector("summary")?.textContent || null;
}

/** @param {Document} next */
function swap(next) {
  const [old, fresh] = [document.querySelector("main"), next.querySelector("main")];
  if (old === null || fresh === null) return;
  const html = fresh.innerHTML;
  document.title = next.title;
  const [oldHead, freshHead] = [document.querySelector("header .checked"), next.querySelector("header .checked")];
  if (oldHead !== null && freshHead !== null) oldHead.replaceWith(freshHead);
  if (html === shown) return;
  shown = html;
  const open = [...old.querySelectorAll("details[open]")].map(nameOf);
  const focused = old.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  const said = old.querySelector("h1")?.textContent;
  upgrade(fresh);
  for (const details of fresh.querySelectorAll("details")) if (open.includes(nameOf(details))) details.open = true;
  old.className = fresh.className;
  old.replaceChildren(...fresh.childNodes);
  const again =
    focused === null ? undefined : [...old.querySelectorAll("a, summary")].find((one) => nameOf(one) === focused);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  const heading = old.querySelector("h1")?.textContent;
  if (heading !== undefined && heading !== said) tell(heading ?? "");
}

/** Said to who does not see the page change. @param {string} words */
function tell(words) {
  const live = document.querySelector("#live");
  if (live !== null) live.textContent = words;
}

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-cache" });
    const date = Date.parse(answer.headers.get("date") ?? "");
    if (!Number.isNaN(date)) ahead = Date.now() - date;
    swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    answeredAt = Date.now();
    document.querySelector("#old")?.setAttribute("hidden", "");
  } catch {
    isOld();
  }
}

/** A page that cannot renew itself must not look like news. */
function isOld() {
  const old = document.querySelector("#old");
  if (old === null || Date.now() - answeredAt < OLD_MS) return;
  old.textContent = `This page could not be renewed for ${span(Date.now() - answeredAt)}: what it shows is as old as that.`;
  old.removeAttribute("hidden");
  document.querySelector("main")?.classList.add("stale");
}

// Before anything is painted (blocking="render" in the page), so that nothing moves when times change.
upgrade(document);
keepAges();
setInterval(keepAges, AGE_MS);
document.addEventListener("pointerover", explain);
if (renews) {
  setInterval(renew, RENEW_MS);
  document.addEventListener("visibilitychange", renew);
}
if (document.querySelector('link[rel="manifest"]') !== null) {
  // A browser that cannot or may not: then there is no page when it is offline, as for any other site.
  navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
}
