/** One line of a list: what it is called, what is known of it, and at its right what can be done. */
import type { Child } from "hono/jsx";

interface Props {
  readonly title: Child;
  readonly act?: Child;
  readonly children?: Child;
}

export function Row({ title, act = null, children }: Props) {
  return (
    <li>
      <div>
        <strong>{title}</strong>
        <span class="note">{children}</span>
      </div>
      {act}
    </li>
  );
}

/** A way to the page that asks first. `verb` is what is seen, `of` what it is done to. */
export function Way({ href, verb, of }: { href: string; verb: string; of: string }) {
  return (
    <a href={href} aria-label={`${verb} ${of}`}>
      {verb}
    </a>
  );
}
