/** Rule: no copy is believed to be newer than what it truly holds. */
import type { Problem } from "../history.ts";
import { valueAt } from "./steps.ts";
import type { SiteView } from "./view.ts";
import { at as moment } from "./words.ts";

/** Of copies that markers prove: what a run claims for others may be anything. */
export function provenTooNew(view: SiteView): Problem[] {
  return [...view.copies.values()].flatMap((copy) => {
    if (!copy.proven) return [];
    const lie = copy.told.find(({ at, value }) => valueAt(copy.held, at, Number.NEGATIVE_INFINITY) < value);
    if (lie === undefined) return [];
    const held = valueAt<number | null>(copy.held, lie.at, null);
    const truth = held === null ? "held nothing whole" : `was complete as of ${moment(held)}`;
    const text = `${copy.key} was believed to hold all of ${moment(lie.value)}, and ${truth}`;
    return [{ kind: "diverged_state", at: lie.at, site: view.site, subject: copy.key, text }];
  });
}
