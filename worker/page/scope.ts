/** What a silence or a pause is on, in words. */
import { siteKey } from "../judge/watch.ts";
import { nameOf } from "../judge/words.ts";

/** `the whole site home`, `host corenas`, `job sync on corenas`, `tier staging`; a scope may be `site`, too. */
export function scopeText(site: string, scope: string): string {
  if (scope === "site" || scope === siteKey(site)) return `the whole site ${site}`;
  return `${scope.slice(0, scope.indexOf(":"))} ${nameOf(scope)}`;
}
