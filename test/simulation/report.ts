/** What a simulation came to: as one object for machines, and in lines for people. */
import type { Wanted } from "./command-line.ts";
import type { Problem, ProblemKind } from "./history.ts";
import type { Tally } from "./stretches.ts";

export interface Summary {
  readonly seed: number;
  readonly siteYears: number;
  readonly steps: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly problems: number;
  readonly missed: number;
  readonly late: number;
  readonly falseAlarms: number;
  readonly duplicates: number;
  readonly lostRuns: number;
  readonly divergedStates: number;
}

export function summary(wanted: Pick<Wanted, "seed">, tallies: readonly Tally[]): Summary {
  const faults: Record<string, number> = {};
  for (const tally of tallies) {
    for (const [kind, count] of Object.entries(tally.faults)) faults[kind] = (faults[kind] ?? 0) + count;
  }
  const problems = tallies.flatMap((tally) => tally.problems);
  const ofKind = (kind: ProblemKind) => problems.filter((problem) => problem.kind === kind).length;
  return {
    seed: wanted.seed,
    siteYears: tallies.length,
    steps: tallies.reduce((sum, { steps }) => sum + steps, 0),
    faults: Object.fromEntries(Object.entries(faults).sort(([a], [b]) => (a < b ? -1 : 1))),
    problems: problems.length,
    missed: ofKind("missed"),
    late: ofKind("late"),
    falseAlarms: ofKind("false_alarm"),
    duplicates: ofKind("duplicate"),
    lostRuns: ofKind("lost_run"),
    divergedStates: ofKind("diverged_state"),
  };
}

export function report(wanted: Pick<Wanted, "seed">, tallies: readonly Tally[], seconds: number): string {
  const counted = summary(wanted, tallies);
  const faults = Object.entries(counted.faults).map(([kind, count]) => `  ${kind.padEnd(16)}${count}`);
  const each = (seconds / Math.max(1, tallies.length)).toFixed(1);
  return [
    `${counted.siteYears} site-years from seed ${wanted.seed}, ${counted.steps} steps, ${seconds.toFixed(0)} s (${each} s each)`,
    "",
    faults.length === 0 ? "No faults were injected." : "Faults injected:",
    ...faults,
    "",
    counted.problems === 0
      ? "No problems: nothing missed, nothing late, no false alarm, no duplicate, no run lost, every state true."
      : `${counted.problems} problems: ${counted.missed} missed, ${counted.late} late, ${counted.falseAlarms} false alarms, ` +
        `${counted.duplicates} duplicates, ${counted.lostRuns} lost runs, ${counted.divergedStates} diverged states`,
    ...problemLines(tallies),
  ].join("\n");
}

/** One line for each problem: where, when, what, and the seed that shows it again. */
export function problemLines(tallies: readonly Tally[]): string[] {
  return tallies.flatMap(({ seed, problems }) => problems.map((problem) => problemLine(seed, problem)));
}

function problemLine(seed: number, { kind, at, site, text }: Problem): string {
  return `  seed ${seed}: ${kind} at ${site}, ${new Date(at).toISOString().slice(0, 19)}Z: ${text}`;
}
