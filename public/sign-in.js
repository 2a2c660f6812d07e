/**
 * The pages /sign-in and /owner/enroll: asks the browser for a passkey, and the worker whether it is good. Whatever goes
 * wrong is said in one sentence, and nothing is left half done.
 */

const WORDS = {
  insecure: "Passkeys need a page that came by https. Open this page's https address.",
  noPasskeys: "This browser knows no passkeys. Use a current Chrome, Edge, Firefox or Safari.",
  cancelled: "No passkey was given: it was cancelled, or none for this page is here. Try again.",
  known: "This device has a passkey for Tierwatch already. Sign in with it.",
  code: "This link was used already, or its quarter of an hour is over. Make a new one: npm run owner",
  noCode: "This page is opened by a link that npm run owner makes.",
  offline: "The Tierwatch worker could not be reached. Try again.",
};

/** A failure with words for the person at the screen. */
class Told extends Error {}

/** @param {string} id */
const form = (id) => /** @type {HTMLFormElement | null} */ (document.getElementById(id));
const told = document.getElementById("told");

/**
 * Runs what a button asks for; a failure is told.
 * @param {() => Promise<void>} work
 */
async function tell(work) {
  const buttons = [...document.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  say("", false);
  try {
    await work();
  } catch (error) {
    say(wordsOf(error), true);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/**
 * @param {string} text
 * @param {boolean} isBad
 */
function say(text, isBad) {
  if (told === null) return;
  told.textContent = text;
  told.className = isBad ? "bad" : "";
}

/** @param {unknown} error */
function wordsOf(error) {
  if (error instanceof Told) return error.message;
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError") return WORDS.cancelled;
  return name === "InvalidStateError" ? WORDS.known : `This browser says: ${String(error)}`;
}

/**
 * What the worker answers to a yes; null when it has nothing to say.
 * @param {string} path
 * @param {unknown} [body]
 */
async function demand(path, body) {
  const headers = { "content-type": "application/json" };
  const asked = { method: "POST", ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }) };
  const answer = await fetch(path, asked).catch(() => {
    throw new Told(WORDS.offline);
  });
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (said.code === "code_refused" || said.errors?.[0]?.path === "code") throw new Told(WORDS.code);
  throw new Told(said.detail ?? said.title ?? `The worker answered ${answer.status}.`);
}

/** @param {string} text base64url */
function bytesOf(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** @param {ArrayBuffer | null} buffer */
function textOf(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer ?? new ArrayBuffer(0)));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function signIn() {
  const { challenge, rpId, timeoutSeconds } = await demand("/v1/sign-in/challenge");
  const asked = { challenge: bytesOf(challenge), rpId, timeout: timeoutSeconds * 1000 };
  const given = await navigator.credentials.get({ publicKey: { ...asked, userVerification: "required" } });
  const { rawId, response } = /** @type {PublicKeyCredential} */ (given);
  const { clientDataJSON, authenticatorData, signature } = /** @type {AuthenticatorAssertionResponse} */ (response);
  await demand("/v1/sign-in", {
    id: textOf(rawId),
    type: "public-key",
    response: {
      clientDataJSON: textOf(clientDataJSON),
      authenticatorData: textOf(authenticatorData),
      signature: textOf(signature),
    },
  });
  location.replace(form("sign-in")?.dataset.next ?? "/");
}

async function enroll() {
  const code = location.hash.slice(1);
  if (code === "") throw new Told(WORDS.noCode);
  const { challenge, timeoutSeconds, rp, user, algorithms, known } = await demand("/v1/passkeys/challenge", { code });
  /** @type {PublicKeyCredentialCreationOptions} */
  const publicKey = {
    challenge: bytesOf(challenge),
    rp,
    user: { id: bytesOf(user.id), name: user.name, displayName: user.name },
    pubKeyCredParams: algorithms.map((/** @type {number} */ alg) => ({ type: "public-key", alg })),
    excludeCredentials: known.map((/** @type {string} */ id) => ({ type: "public-key", id: bytesOf(id) })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    timeout: timeoutSeconds * 1000,
  };
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  const response = /** @type {AuthenticatorAttestationResponse} */ (made.response);
  const { by, name } = await demand("/v1/passkeys", {
    code,
    passkey: {
      id: textOf(made.rawId),
      type: "public-key",
      response: {
        clientDataJSON: textOf(response.clientDataJSON),
        authenticatorData: textOf(response.getAuthenticatorData()),
        publicKey: textOf(response.getPublicKey()),
        publicKeyAlgorithm: response.getPublicKeyAlgorithm(),
      },
    },
  });
  // The code is spent; it need not stay in the history.
  history.replaceState(null, "", "/owner/enroll");
  form("enroll")?.setAttribute("hidden", "");
  say(`Done: ${by} signs in with this device (${name}) from now on, and is signed in.`, false);
}

async function signOut() {
  await demand("/v1/session/end");
  location.replace("/sign-in");
}

/**
 * Shows a form that this browser can do something with.
 * @param {string} id
 * @param {() => Promise<void>} work
 */
function offer(id, work) {
  const shown = form(id);
  if (shown === null) return;
  shown.hidden = false;
  shown.addEventListener("submit", (event) => {
    event.preventDefault();
    void tell(work);
  });
}

/**
 * A link from elsewhere opens this page without the cookie (SameSite=Strict), though somebody is signed in: the page's own
 * request has it.
 */
async function goOnIfSignedIn() {
  const next = form("sign-in")?.dataset.next;
  if (next === undefined) return;
  const answer = await fetch("/v1/session").catch(() => null);
  if (answer?.ok) location.replace(next);
}

offer("sign-out", signOut);
if (!isSecureContext) say(WORDS.insecure, true);
else if (!("credentials" in navigator) || !("PublicKeyCredential" in window)) say(WORDS.noPasskeys, true);
else {
  offer("sign-in", signIn);
  offer("enroll", enroll);
}
if (document.getElementById("enroll") !== null && location.hash === "") say(WORDS.noCode, true);
await goOnIfSignedIn();
