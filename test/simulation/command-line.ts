/** The command line of `npm run simulate`. */
import { parseArgs } from "node:util";
import { FAULT_KINDS, type FaultKind, isFaultKind } from "./world/faults.ts";

export const USAGE = `usage: npm run simulate -- [--seed N] [--years Y] [--faults A,B] [--jobs K] [--json]
  --seed N      a whole number; the stretches have the seeds N, N+1, ... (1)
  --years Y     how many site-years in total, a whole number; each is a stretch of its own (5)
  --faults A,B  only these kinds of fault, or none (all)
                ${FAULT_KINDS.join(", ")}
  --jobs K      processes beside each other (as many as there are processors)
  --json        print one JSON object and nothing else`;

export interface Wanted {
  readonly seed: number;
  readonly years: number;
  readonly faults: readonly FaultKind[];
  readonly jobs: number;
  readonly json: boolean;
}

const YEARS_MAX = 1_000_000;

/** What is asked for, or in one line why that cannot be. */
export function readWanted(argv: readonly string[], processors: number): Wanted | string {
  let values: Readonly<Record<"seed" | "years" | "faults" | "jobs", string | undefined>> & { json?: boolean };
  try {
    const text = { type: "string" } as const;
    const options = { seed: text, years: text, faults: text, jobs: text, json: { type: "boolean" } } as const;
    const parsed = parseArgs({ args: [...argv], options }).values;
    values = { seed: undefined, years: undefined, faults: undefined, jobs: undefined, ...parsed };
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split(". ")[0] ?? "";
  }
  const seed = whole("--seed", values.seed ?? "1", 0, Number.MAX_SAFE_INTEGER - YEARS_MAX);
  const years = whole("--years", values.years ?? "5", 1, YEARS_MAX);
  const jobs = whole("--jobs", values.jobs ?? String(processors), 1, 256);
  const faults = faultsOf(values.faults);
  for (const read of [seed, years, jobs, faults]) if (typeof read === "string") return read;
  if (typeof seed !== "number" || typeof years !== "number" || typeof jobs !== "number") return USAGE;
  if (typeof faults === "string") return faults;
  return { seed, years, faults, jobs, json: values.json === true };
}

function whole(name: string, text: string, least: number, most: number): number | string {
  const value = Number(text);
  const fits = /^\d+$/.test(text) && value >= least && value <= most;
  return fits ? value : `${name} is a whole number from ${least} to ${most}, not "${text}"`;
}

function faultsOf(text: string | undefined): readonly FaultKind[] | string {
  if (text === undefined || text === "all") return FAULT_KINDS;
  if (text === "none") return [];
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !isFaultKind(name));
  if (unknown !== undefined) {
    return `--faults: there is no fault "${unknown}"; there are ${FAULT_KINDS.join(", ")}, all and none`;
  }
  return FAULT_KINDS.filter((kind) => names.includes(kind));
}
