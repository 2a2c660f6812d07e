/** Lists that may be long: what is not well comes first and is never left out. */

/** How many of those that are well stand on the first page; a link shows all. */
export const WELL_MAX = 150;

export function gravestFirst<Item>(items: readonly Item[], isWell: (item: Item) => boolean, wellMax: number) {
  const { true: well = [], false: grave = [] } = Object.groupBy(items, (item) => (isWell(item) ? "true" : "false"));
  return { shown: [...grave, ...well.slice(0, wellMax)], left: Math.max(0, well.length - wellMax) };
}

export function Left({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <p class="note">
      {count} more, all well. <a href="/?all">Show all</a>
    </p>
  );
}
