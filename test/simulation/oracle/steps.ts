/** Values that change at instants, in rising order of `at`, and the two ways to look into them. */

export interface Step<Value> {
  readonly at: number;
  readonly value: Value;
}

/** The index of the last item whose `of` is at most `limit`; -1 when there is none. `of` has to rise. */
export function lastAtMost<Item>(items: readonly Item[], limit: number, of: (item: Item) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && of(item) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The first item whose `of` is at least `limit`. `of` has to rise. */
export function firstAtLeast<Item>(
  items: readonly Item[],
  limit: number,
  of: (item: Item) => number,
): Item | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && of(item) < limit) low = middle + 1;
    else high = middle;
  }
  return items[low];
}

const atOf = ({ at }: { readonly at: number }) => at;

/** What held at `at`; `before` when nothing had changed yet. */
export function valueAt<Value>(steps: readonly Step<Value>[], at: number, before: Value): Value {
  return steps[lastAtMost(steps, at, atOf)]?.value ?? before;
}

/** Adds a number that only grows; one that does not exceed the last leaves no step. */
export function grow(steps: Step<number>[], at: number, value: number): void {
  const last = steps.at(-1);
  if (last !== undefined && value <= last.value) return;
  if (last?.at === at) steps.pop();
  steps.push({ at, value });
}

/** When a growing number first reached `value`; Infinity when it never did. */
export function reachedAt(steps: readonly Step<number>[], value: number): number {
  return firstAtLeast(steps, value, (step) => step.value)?.at ?? Number.POSITIVE_INFINITY;
}

/** An interval `[from, until)`. */
export interface Spell {
  readonly from: number;
  readonly until: number;
}

/**
 * The spells in which the newest value was older than `windowMs`: from the deadline on, until a value comes that is young
 * enough. `first` is what counted before anything came.
 */
export function staleSpells(steps: readonly Step<number>[], windowMs: number, first: number, endAt: number): Spell[] {
  const spells: Spell[] = [];
  let from: number | null = null;
  let newest = first;
  for (const { at, value } of steps) {
    if (from === null && newest + windowMs < at) from = newest + windowMs;
    newest = Math.max(newest, value);
    if (from === null || newest + windowMs <= at) continue;
    spells.push({ from, until: at });
    from = null;
  }
  if (from === null && newest + windowMs < endAt) from = newest + windowMs;
  if (from !== null) spells.push({ from, until: endAt });
  return spells;
}
