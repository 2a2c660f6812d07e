/** Snapshots of one dataset, as every ZFS since 2010 can list them: `zfs get` has -p and -d where `zfs list` has not. */
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { JobContext } from "./job.ts";
import { act, ask } from "./zfs-call.ts";
import { zfsTrouble } from "./zfs-trouble.ts";

export interface Snapshot {
  /** `dataset@name`. */
  readonly name: string;
  /** A 64-bit number, as text: JavaScript's numbers would lose its end. */
  readonly guid: string;
  /** Milliseconds. */
  readonly createdAt: number;
  /** Held by `zfs hold` or by a clone. */
  readonly held: boolean;
}

/** Snapshots of a dataset, without those of its children, in the order in which they came to be. */
export async function listSnapshots(dataset: string, context: JobContext): Promise<Result<Snapshot[], string>> {
  const get = (...properties: string[]) =>
    ask(context, "zfs", "get", "-H", "-p", "-d", "1", "-o", "name,property,value", properties.join(","), dataset);
  let ended = await get("creation", "createtxg", "guid", "userrefs", "clones");
  // Versions before 2011 know no `clones`.
  if (/invalid property/.test(ended.stderr)) ended = await get("creation", "createtxg", "guid", "userrefs");
  return ended.exitCode === 0 ? ok(parseSnapshots(ended.stdout, dataset)) : failed(zfsTrouble(ended, dataset));
}

/** Takes a snapshot whose name is the prefix and this second, in UTC; answers `dataset@name`. */
export async function takeSnapshot(
  dataset: string,
  prefix: string,
  context: JobContext,
): Promise<Result<string, string>> {
  const stamp = new Date(context.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  const name = `${dataset}@${prefix}${stamp}`;
  const ended = await act(context, "zfs", "snapshot", name);
  return ended.exitCode === 0 ? ok(name) : failed(zfsTrouble(ended, dataset));
}

/** Parses `zfs get -Hp -o name,property,value`: three fields split by tabs, because names may hold spaces. */
export function parseSnapshots(text: string, dataset: string): Snapshot[] {
  const found = new Map<string, Map<string, string>>();
  for (const line of text.split("\n")) {
    const [name, property, value] = line.split("\t");
    if (name === undefined || property === undefined || value === undefined) continue;
    if (!name.startsWith(`${dataset}@`)) continue;
    found.set(name, (found.get(name) ?? new Map()).set(property, value));
  }
  const numberOf = (of: ReadonlyMap<string, string>, property: string) => Number(of.get(property) ?? "0");
  // By transaction group, which only grows: clocks are set back, and two snapshots of one second have the same creation.
  const inOrder = [...found].sort(
    ([, a], [, b]) =>
      numberOf(a, "createtxg") - numberOf(b, "createtxg") || numberOf(a, "creation") - numberOf(b, "creation"),
  );
  return inOrder.map(([name, of]) => {
    const clones = of.get("clones") ?? "";
    const held = numberOf(of, "userrefs") > 0 || (clones !== "" && clones !== "-");
    return { name, guid: of.get("guid") ?? "", createdAt: numberOf(of, "creation") * 1000, held };
  });
}

/** The newest snapshot that both sides have, by guid: a name alone may lie. Both lists oldest first. */
export function newestCommon(sources: readonly Snapshot[], targets: readonly Snapshot[]): Snapshot | null {
  const there = new Set(targets.map(({ guid }) => guid));
  return sources.filter(({ guid }) => there.has(guid)).at(-1) ?? null;
}
