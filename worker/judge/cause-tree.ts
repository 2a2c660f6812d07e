/** What belongs to an incident, as a tree: its root, what is bad because of that, and so on down the chains. */
import { type CopySpec, copyKey, hostKey, type Spec, siteKey, type Watch } from "./watch.ts";

export interface Cause {
  readonly key: string;
  readonly children: readonly Cause[];
}

/** The tree of the watches with these keys below a root. What hangs on none of them hangs on the root itself. */
export function causeTree(site: string, root: string, keys: readonly string[], watches: readonly Watch[]): Cause {
  const named = [...new Set(keys)].filter((key) => key !== root);
  const specs = new Map(watches.map(({ key, spec }) => [key, spec]));
  const parents = new Map(named.map((key) => [key, parentOf(key, site, root, named, specs)]));
  const below = (key: string, path: readonly string[]): Cause => {
    const children = named.filter((child) => parents.get(child) === key && !path.includes(child));
    return { key, children: children.map((child) => below(child, [...path, key])) };
  };
  return below(root, []);
}

function parentOf(
  key: string,
  site: string,
  root: string,
  named: readonly string[],
  specs: ReadonlyMap<string, Spec>,
): string {
  const spec = specs.get(key);
  const candidates = spec === undefined ? [] : causesOf(spec);
  const known = candidates.find((candidate) => candidate !== key && (candidate === root || named.includes(candidate)));
  return known ?? (root === siteKey(site) ? siteKey(site) : root);
}

/** What a watch hangs on, the nearest first. */
function causesOf(spec: Spec): string[] {
  switch (spec.kind) {
    case "host":
      return [];
    case "job":
      return [hostKey(spec.host)];
    case "copy":
      return [...spec.feeds.map(({ key }) => key), ...nearer(spec), ...spec.feeds.map(({ host }) => hostKey(host))];
  }
}

function nearer({ dataset, feeds }: CopySpec): string[] {
  return feeds.map(({ from }) => copyKey(dataset, from));
}
