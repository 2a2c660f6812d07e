/** The first few of many names, and how many there were: what a sentence and a small memory can hold. */
const SHOWN = 5;

export interface Few {
  readonly add: (name: string) => void;
  readonly count: () => number;
  /** `a, b and 7 more`. */
  readonly say: () => string;
}

export function few(): Few {
  const first: string[] = [];
  let count = 0;
  return {
    add: (name) => {
      count += 1;
      if (first.length < SHOWN) first.push(name);
    },
    count: () => count,
    say: () => first.join(", ") + (count > first.length ? ` and ${count - first.length} more` : ""),
  };
}

/** `1 file`, `2 files`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
