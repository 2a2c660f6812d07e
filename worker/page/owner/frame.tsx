/** What the owner's pages have in common: their links, who is signed in, and what came of the last act. */
import type { Child } from "hono/jsx";
import { documentOf, Layout } from "../layout.tsx";
import { Notice } from "../warnings.tsx";
import type { Tried } from "./form.tsx";

const PAGES = [
  ["/owner", "Needs you"],
  ["/owner/quiet", "Silence"],
  ["/owner/hosts", "Hosts"],
  ["/owner/channels", "Channels"],
  ["/owner/access", "Access"],
  ["/owner/record", "Audit"],
  ["/owner/export", "Export"],
] as const;
export type OwnerPath = (typeof PAGES)[number][0];

/** What was done, as the page says it after an act. */
const DONE = {
  acknowledged: "Acknowledged: no reminders until something about it changes.",
  snoozed: "Snoozed: no reminders for a day.",
  noted: "The note is kept.",
  approved: "Approved: the plan is as you mean it.",
  silenced: "Silenced: its alerts are held back, and what happens is recorded.",
  planned: "Planned: it begins by itself, and stands below until then.",
  paused: "Paused: nothing is judged of it until the pause ends.",
  revoked: "Revoked: what is signed with this key is refused from now on.",
  removed: "Removed: it is no longer watched, and what its key signs is refused.",
  tested: "A test is on its way. How it ended stands with its channel, within a minute.",
  browserRemoved: "Removed: no alert goes there any more.",
  tokenRevoked: "Revoked: the token gets nobody in any more.",
  shareRevoked: "Revoked: whoever has the link sees what everybody sees.",
  sessionEnded: "Ended: that browser is signed out.",
  passkeyRemoved: "Removed: that passkey signs nobody in, and its sessions are over.",
  ended: "Ended: from now on it is judged and told as ever.",
} as const;
export type Done = keyof typeof DONE;

/** How the page came to be shown. `now` in milliseconds. */
export interface Told {
  readonly now: number;
  readonly by: string;
  /** By a session of this worker, which it can end. */
  readonly canSignOut: boolean;
  readonly done: string | null;
  readonly tried: Tried | null;
}

/** `head` is what else the document's head holds. */
export function ownerPage(
  path: OwnerPath | null,
  title: string,
  told: Told,
  children: Child,
  head: Child = null,
): string {
  const heading = told.tried === null ? title : `Not done: ${title}`;
  return documentOf(
    <Layout
      title={`Tierwatch: ${heading}`}
      renews={false}
      stale={false}
      aside={<Who told={told} />}
      head={head}
      foot={null}
    >
      <nav class="owner-pages" aria-label="Owner">
        <ul>
          {PAGES.map(([href, label]) => (
            <li>
              <a href={href} aria-current={href === path ? "page" : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="owner">
        <h1>{title}</h1>
        {told.tried === null ? null : (
          <Notice title="That was not done">
            {told.tried.faults.map(({ words }) => (
              <p>{words}</p>
            ))}
          </Notice>
        )}
        <Outcome done={told.done} />
        {children}
      </div>
    </Layout>,
  );
}

function Who({ told }: { told: Told }) {
  return <p>Signed in as {told.by}</p>;
}

export function Outcome({ done }: { done: string | null }) {
  const words = isDone(done) ? DONE[done] : null;
  return words === null ? null : (
    <p role="status" class="outcome">
      {words}
    </p>
  );
}

/** It comes from an address, which anybody may have written. */
function isDone(text: string | null): text is Done {
  return text !== null && Object.hasOwn(DONE, text);
}

/** What somebody is told who posted a form and may not. */
export function turnedAwayPage(why: "signed out" | "forbidden" | "cross site"): string {
  const { title, text } = AWAY[why];
  return documentOf(
    <Layout title={`Tierwatch: ${title}`} renews={false} stale={false} aside={null} foot={null}>
      <section class="device">
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a href="/sign-in?next=/owner">Sign in</a>
        </p>
      </section>
    </Layout>,
  );
}

const AWAY = {
  "signed out": {
    title: "You are signed out",
    text: "Nothing was done. Sign in in another tab, go back here, and press the button again: what you typed is still there.",
  },
  forbidden: { title: "You may look, not act", text: "Nothing was done. This needs somebody who may write." },
  "cross site": {
    title: "That did not come from here",
    text: "Nothing was done, as another page asked for it in your name. If it was you, open the page below and press the button there.",
  },
} as const;
