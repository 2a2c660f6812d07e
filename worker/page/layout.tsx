/**
 * The document around whatever is shown. No third party: the stylesheet and a small script of our own (public/page.js) are all
 * that it loads, and it is whole without the script.
 */
import type { Child } from "hono/jsx";
import { Sign } from "./icons.tsx";
import { STYLE_PATH } from "./style.ts";

/** How often the page fetches itself again. Whoever is disturbed by that has a link to end it. */
const RENEW_SECONDS = 30;

interface Props {
  readonly title: string;
  readonly renews: boolean;
  /** Statuses may be older than they look: nothing is shown in green. */
  readonly stale: boolean;
  /** What stands at the right of the name. */
  readonly aside: Child;
  /** What else the document's head holds. */
  readonly head?: Child;
  /** Who is signed in, on a page that says so: null when nobody is. */
  readonly account?: string | null;
  /** What stands at the bottom in place of the words about renewing; null for the zone alone. */
  readonly foot?: Child;
  readonly children?: Child;
}

export function Layout({ title, renews, stale, aside, head, account, foot, children }: Props) {
  const isOfSite = foot === undefined || foot === null;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        {renews ? (
          <noscript>
            <meta http-equiv="refresh" content={String(RENEW_SECONDS)} />
          </noscript>
        ) : null}
        <title>{title}</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={STYLE_PATH} />
        {isOfSite ? <script type="module" src="/page.js" blocking="render" /> : null}
        {head}
      </head>
      <body data-renews={renews ? "" : undefined}>
        <header>
          <p class="brand">
            <Sign />
            <a href="/">Tierwatch</a>
          </p>
          <nav class="pages" aria-label="Pages">
            <a href="/incidents">Incidents</a>
          </nav>
          {aside}
        </header>
        <p id="live" role="status" class="hidden" />
        <p id="old" hidden />
        <main class={stale ? "stale" : undefined}>{children}</main>
        <footer>
          <p>{foot === undefined ? <Renewing renews={renews} /> : (foot ?? <Zone />)}</p>
          <p>
            {account === undefined ? null : <Account by={account} />}{" "}
            {foot === undefined ? <a href="/subscribe">Alerts on this device</a> : null}{" "}
            <a href="/status.json">status.json</a> <a href="/healthz">healthz</a>
          </p>
        </footer>
      </body>
    </html>
  );
}

function Account({ by }: { by: string | null }) {
  if (by === null) return <a href="/sign-in?next=/owner">Sign in</a>;
  return (
    <>
      <a href="/owner">Signed in as {by}</a> <a href="/owner#sign-out">Sign out</a>
    </>
  );
}

function Renewing({ renews }: Pick<Props, "renews">) {
  return (
    <>
      <Zone />{" "}
      {renews ? (
        <>
          This page renews itself every {RENEW_SECONDS} s. <a href="/?still">Hold it still</a>
        </>
      ) : (
        <>
          This page holds still. <a href="/">Let it renew itself</a>
        </>
      )}
    </>
  );
}

/** The page's script puts the reader's own zone here. */
function Zone() {
  return <span data-zone>Times are UTC.</span>;
}

/** The text of a whole document. */
export function documentOf(layout: Child): string {
  return `<!doctype html>${String(layout)}`;
}
