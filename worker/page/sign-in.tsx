/**
 * The pages /sign-in and /owner/enroll: a passkey is asked for by the browser alone, so their script (public/sign-in.js)
 * does the talking, and says what came of it. Without one they say what is missing.
 */
import type { Child } from "hono/jsx";
import { documentOf, Layout } from "./layout.tsx";
import { Notice } from "./warnings.tsx";

/** How things stand for who opens /sign-in. */
export type SignInState =
  /** Signed in, as this person. */
  | { readonly kind: "in"; readonly by: string; readonly canSignOut: boolean }
  /** Somebody can, by a passkey. */
  | { readonly kind: "out" }
  /** Nobody was enrolled yet. */
  | { readonly kind: "unowned" }
  /** Cloudflare Access is set up, and this request did not come through it. */
  | { readonly kind: "access" }
  /** Passkeys need a host name; this is an address. `url` is where to go, if that is known. */
  | { readonly kind: "address"; readonly url: string | null };

/** `next` is the path that whoever signs in is led to. */
export function signInPage(state: SignInState, next: string): string {
  return pageOf("Sign in", state.kind === "in" || state.kind === "out", <SignIn state={state} next={next} />);
}

function SignIn({ state, next }: { state: SignInState; next: string }) {
  switch (state.kind) {
    case "in":
      return (
        <>
          <p>
            You are signed in as <strong>{state.by}</strong>.
          </p>
          <p>
            <a href={next}>Go on</a>
          </p>
          {state.canSignOut ? <SignOut /> : null}
        </>
      );
    case "out":
      return (
        <>
          <p class="loss">With the passkey of this device, or of a phone nearby.</p>
          <NeedsScript />
          <Told />
          <form id="sign-in" data-next={next} hidden>
            <p>
              <button type="submit">Sign in with a passkey</button>
            </p>
            <p class="note">
              No passkey on this device? <code>npm run owner</code>, on the computer that Tierwatch is deployed from,
              makes a link for one.
            </p>
          </form>
        </>
      );
    case "unowned":
      return (
        <Notice title="Nobody can sign in yet">
          <p>
            On the computer that Tierwatch is deployed from, <code>npm run owner -- YOUR-NAME</code> prints a link. Open
            it on the device that you want to sign in with.
          </p>
        </Notice>
      );
    case "access":
      return (
        <Notice title="Sign in through Cloudflare Access">
          <p>
            This request did not come through it. Add the path <code>sign-in</code> of this host to the Access
            application whose audience tag is <code>ACCESS_AUD</code>, and load this page again.
          </p>
        </Notice>
      );
    case "address":
      return <ByName url={state.url} />;
  }
}

/** The page that a one-time link leads to; the code is in its fragment, which only the script sees. */
export function enrollPage(state: Extract<SignInState, { kind: "out" | "access" | "address" }>): string {
  return pageOf("A passkey for this device", state.kind === "out", <Enroll state={state} />);
}

function Enroll({ state }: { state: Parameters<typeof enrollPage>[0] }) {
  if (state.kind === "address") return <ByName url={state.url} />;
  if (state.kind === "access") {
    return (
      <Notice title="Owners come in by Cloudflare Access">
        <p>
          Where that is set up there are no passkeys. <a href="/sign-in">Sign in</a>
        </p>
      </Notice>
    );
  }
  return (
    <>
      <p class="loss">Your fingerprint, face or PIN stays on the device; Tierwatch is given a public key.</p>
      <NeedsScript />
      <Told />
      <form id="enroll" hidden>
        <p>
          <button type="submit">Make a passkey</button>
        </p>
      </form>
    </>
  );
}

function ByName({ url }: { url: string | null }) {
  return (
    <Notice title="Passkeys need a name">
      <p>
        Browsers keep no passkey for an address made of numbers.{" "}
        {url === null ? "Open this page by its host name." : <a href={url}>Open {url}</a>}
      </p>
    </Notice>
  );
}

function NeedsScript() {
  return (
    <noscript>
      <Notice title="This page needs JavaScript">
        <p>Only a script can ask this browser for a passkey. Allow it for this page, and load it again.</p>
      </Notice>
    </noscript>
  );
}

function Told() {
  return <p id="told" role="status" />;
}

function SignOut() {
  return (
    <>
      <Told />
      <form id="sign-out" hidden>
        <p>
          <button type="submit" class="quiet">
            Sign out
          </button>
        </p>
      </form>
    </>
  );
}

function pageOf(title: string, isScripted: boolean, children: Child): string {
  const head = isScripted ? <script type="module" src="/sign-in.js" /> : null;
  const foot = <a href="/">The status page</a>;
  return documentOf(
    <Layout title={`Tierwatch: ${title}`} renews={false} stale={false} aside={null} head={head} foot={foot}>
      <section class="device">
        <h1>{title}</h1>
        {children}
      </section>
    </Layout>,
  );
}
