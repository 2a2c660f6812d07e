/** A page that was kept, with its age said above everything, and nothing of it in green. public/sw.js does the same offline. */
import { moment, span } from "../judge/words.ts";

/** The page that was made at `at`, shown at `now`, both in milliseconds. */
export function stamped(html: string, at: number, now: number): string {
  const told = `As of ${moment(at)}`;
  const note =
    `<section class="notice kept" role="status"><h2>${told}, ${span(now - at)} ago: not renewed</h2>` +
    "<p>Tierwatch's database does not answer. This is the last page that it gave, and every age on it is as of then. " +
    "How things are now is not known. The page tries again by itself.</p></section>";
  return html
    .replace("<title>", `<title>${told}: `)
    .replace(/<main(?: class="[^"]*")?>/, `<main class="stale">${note}`);
}
