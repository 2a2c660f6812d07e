/** Snapshots of one dataset, as every ZFS since 2010 can list them: `zfs get` has -p and -r where `zfs list` has not. */
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { JobContext } from "./job.ts";
import { zfsTrouble } from "./zfs-trouble.ts";

const LIST_SECONDS = 120;

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

/** Snapshots of a dataset, without those of its children, oldest first. */
export async function listSnapshots(dataset: string, context: JobContext): Promise<Result<Snapshot[], string>> {
  const properties = "creation,guid,userrefs,clones";
  const wanted = ["zfs", "get", "-H", "-p", "-r", "-o", "name,property,value"];
  const options = { timeoutSeconds: LIST_SECONDS, quiet: true };
  let ended = await context.exec([...wanted, properties, dataset], { ...options, quietErrors: true });
  // Versions before 2011 know no `clones`.
  if (ended.exitCode !== 0) ended = await context.exec([...wanted, "creation,guid,userrefs", dataset], options);
  if (ended.exitCode !== 0) return failed(zfsTrouble(ended, dataset));
  return ok(parseSnapshots(ended.stdout, dataset));
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
  const snapshots = [...found].map(([name, of]): Snapshot => {
    const refs = Number(of.get("userrefs") ?? "0");
    const clones = of.get("clones") ?? "";
    const held = refs > 0 || (clones !== "" && clones !== "-");
    return { name, guid: of.get("guid") ?? "", createdAt: Number(of.get("creation") ?? "0") * 1000, held };
  });
  return snapshots.sort((a, b) => a.createdAt - b.createdAt);
}
