/** What is shown once: the answer to a form shows it, no address and no cookie has it, and nothing keeps it. */
import type { Child } from "hono/jsx";
import { Moment } from "../time.tsx";
import { ownerPage, type Told } from "./frame.tsx";

/** A text to copy: a field, in which one key selects all of it, and which shows the whole of it on a phone too. */
export function Copied({ text, label }: { text: string; label: string }) {
  return (
    <textarea class="copied" readonly rows={2} spellcheck={false} aria-label={label}>
      {text}
    </textarea>
  );
}

/** A link that gets a browser in. */
export function linkPage(what: "passkey" | "browser", link: string, expiresAt: string, told: Told): string {
  const title = what === "passkey" ? "A link for another passkey" : "A link for a browser that shows alerts";
  return oncePage(
    title,
    told,
    <>
      <p class="told">
        It is good once, until <Moment at={Date.parse(expiresAt)} />. Open it{" "}
        {what === "passkey" ? "on the device that is to sign in" : "in the browser that is to show alerts"}.
      </p>
      <Copied text={link} label="Link" />
      <p class="told">
        <a href={link}>Open it in this browser</a>
      </p>
    </>,
  );
}

/** A link that shows private sites. */
export function sharePage(link: string, told: Told): string {
  return oncePage(
    "A link that shows your sites",
    told,
    <>
      <p class="told">
        Give it to whom it is for, or open it on their device. It is kept here as a hash, and never shown again. It is
        good until you revoke it.
      </p>
      <Copied text={link} label="Link" />
      <p class="told">
        Feeds take the same <code>key</code>: <code>/incidents.atom?key=…</code>
      </p>
    </>,
  );
}

export function tokenPage(token: string, told: Told): string {
  return oncePage(
    "A new token",
    told,
    <>
      <p class="told">Keep it where your program reads it. It is kept here as a hash, and never shown again.</p>
      <Copied text={token} label="Token" />
      <p class="told">
        It is sent as <code>Authorization: Bearer TOKEN</code>.
      </p>
    </>,
  );
}

function oncePage(title: string, told: Told, children: Child): string {
  return ownerPage(
    null,
    title,
    told,
    <>
      {children}
      <p class="note">Loading this page again would make another one.</p>
    </>,
  );
}
