/**
 * How often runs are called unusual that are not, and whether real incidents are: on a thousand and more seeded job-weeks.
 * docs/decisions/0007 holds what a longer measurement of the same series told.
 */
import { describe, expect, test } from "vitest";
import { anomaliesOf, type RunSize } from "../../worker/judge/anomaly.ts";
import { median } from "../../worker/judge/history.ts";
import { chance, jobOf, KINDS } from "./series.ts";

const KEPT_RUNS = 60;
const JOBS = 5;
const RUNS = 365;

const isUnusual = (run: RunSize, history: readonly RunSize[]) =>
  anomaliesOf(run, history.slice(-KEPT_RUNS), {}, "Europe/Berlin").length > 0;

/** Runs that are called unusual in the first year of so many jobs of a kind. */
function falseAlarms(kind: (typeof KINDS)[string]): number {
  let alarms = 0;
  for (let seed = 1; seed <= JOBS; seed += 1) {
    const { run } = jobOf(kind, chance(seed));
    const history: RunSize[] = [];
    for (let count = 0; count < RUNS; count += 1) {
      const next = run();
      if (isUnusual(next, history)) alarms += 1;
      history.push(next);
    }
  }
  return alarms;
}

test("of runs without any incident fewer than one in a thousand is called unusual", () => {
  const alarms = Object.entries(KINDS).map(([name, kind]) => ({ name, alarms: falseAlarms(kind) }));
  const total = alarms.reduce((sum, { alarms: of }) => sum + of, 0);
  expect(total, JSON.stringify(alarms)).toBeLessThan((Object.keys(KINDS).length * JOBS * RUNS) / 1000);
});

describe.each(["nightly, all of the data", "nightly, changes", "weekly, changes"])("of a job that is %s,", (name) => {
  const kind = KINDS[name];
  if (kind === undefined) throw new Error(`no kind ${name}`);
  const jobs = Array.from({ length: 50 }, (_, seed) => {
    const { run, total } = jobOf(kind, chance(seed + 1000));
    const history = Array.from({ length: 88 }, run);
    return { history, total, usual: run() };
  });
  const found = (incident: (usual: RunSize, total: number, history: readonly RunSize[]) => Partial<RunSize>) =>
    jobs.filter(({ history, total, usual }) => isUnusual({ ...usual, ...incident(usual, total, history) }, history));

  test("every run of an empty source is found", () => {
    expect(found(() => ({ bytes: 0, files: 0, seconds: 3 }))).toHaveLength(jobs.length);
  });

  test("every run is found that follows the loss of half of the data", () => {
    const half = found(({ bytes, files }) => ({
      bytes: (bytes ?? 0) / 2,
      files: (files ?? 0) / 2,
      deletions: (files ?? 0) / 2,
    }));
    expect(half).toHaveLength(jobs.length);
  });

  test("every run is found that carries what ransomware did: a quarter of the files renamed, twenty times the bytes", () => {
    const ransomed = found((_, total, history) => ({
      bytes: 20 * median(history.flatMap(({ bytes }) => bytes ?? [])),
      deletions: Math.round(total / 4),
    }));
    expect(ransomed).toHaveLength(jobs.length);
  });

  test("every run of an empty source is found after five nights", () => {
    const young = jobs.filter(({ history, usual }) => {
      return isUnusual({ ...usual, bytes: 0, files: 0, seconds: 3 }, history.slice(-5));
    });
    expect(young).toHaveLength(jobs.length);
  });
});
