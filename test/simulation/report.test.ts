/** What a simulation prints, from what its stretches came to; and what its command line takes. */
import { describe, expect, test } from "vitest";
import { readWanted, USAGE } from "./command-line.ts";
import type { Problem, ProblemKind } from "./history.ts";
import { problemLines, report, summary } from "./report.ts";
import type { Tally } from "./stretches.ts";
import { FAULT_KINDS } from "./world/faults.ts";

const at = Date.UTC(2027, 2, 28, 1);
const problem = (kind: ProblemKind): Problem => ({ kind, at, site: "office", subject: "host:pc", text: "it was so" });
const KINDS = ["missed", "late", "false_alarm", "duplicate", "lost_run", "diverged_state"] as const;

const tallies: readonly Tally[] = [
  { seed: 7, steps: 100, faults: { wan: 2, kill: 1 }, problems: [] },
  { seed: 8, steps: 50, faults: { wan: 1, blackout: 4 }, problems: KINDS.map(problem) },
  { seed: 9, steps: 1, faults: {}, problems: [problem("missed")] },
];

test("the one object for machines has the fields that it promises, and counts each kind of problem apart", () => {
  expect(summary({ seed: 7 }, tallies)).toStrictEqual({
    seed: 7,
    siteYears: 3,
    steps: 151,
    faults: { blackout: 4, kill: 1, wan: 3 },
    problems: 7,
    missed: 2,
    late: 1,
    falseAlarms: 1,
    duplicates: 1,
    lostRuns: 1,
    divergedStates: 1,
  });
});

test("each problem is told with the seed that shows it again", () => {
  expect(problemLines(tallies.slice(2))).toEqual(["  seed 9: missed at office, 2027-03-28T01:00:00Z: it was so"]);
  expect(report({ seed: 7 }, tallies, 30)).toContain("7 problems: 2 missed, 1 late, 1 false alarms, 1 duplicates");
  expect(report({ seed: 7 }, tallies.slice(0, 1), 30)).toContain("No problems");
});

describe("the command line", () => {
  const read = (line: string) => readWanted(line === "" ? [] : line.split(" "), 4);

  test("is read as it is meant", () => {
    expect(read("")).toEqual({ seed: 1, years: 5, faults: FAULT_KINDS, jobs: 4, json: false });
    expect(read("--seed 42 --years 100 --faults wan,kill --jobs 1 --json")).toEqual({
      seed: 42,
      years: 100,
      faults: FAULT_KINDS.filter((kind) => kind === "wan" || kind === "kill"),
      jobs: 1,
      json: true,
    });
    expect(read("--faults none")).toMatchObject({ faults: [] });
  });

  test.each([
    ["--years 0", '--years is a whole number from 1 to 1000000, not "0"'],
    ["--seed 1.5", '--seed is a whole number from 0 to 9007199253740991, not "1.5"'],
    ["--faults wan,kil", '--faults: there is no fault "kil"'],
    ["--year 3", "Unknown option '--year'"],
  ])("%s is refused in one line that says why", (line, why) => {
    const wanted = read(line);
    expect(wanted).toEqual(expect.stringContaining(why));
    expect(String(wanted)).not.toContain("\n");
    expect(wanted).not.toBe(USAGE);
  });
});
