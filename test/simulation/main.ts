/** `npm run simulate`: plays many site-years over several processes, counts, and tells the story of what went wrong. */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import * as z from "zod/mini";
import { readWanted, USAGE, type Wanted } from "./command-line.ts";
import type { Problem } from "./history.ts";
import { problemLines, report, summary } from "./report.ts";
import { shrunk } from "./shrink.ts";
import { storyOf } from "./story.ts";
import { judged, planOf, type Tally, tallyOf } from "./stretches.ts";
import { AS_IT_IS, type Bundles, bundlesOf } from "./world/bundle.ts";
import { FAULT_KINDS, type FaultKind, isFaultKind } from "./world/faults.ts";

const EXIT_PROBLEMS = 1;
const EXIT_USAGE = 2;
/** Stories told in full; the others are listed. */
const STORIES_MAX = 3;

const order = z.object({ seed: z.number(), faults: z.array(z.custom<string>()) });

if (process.send === undefined) process.exitCode = await main(process.argv.slice(2));
else await serve();

async function main(argv: readonly string[]): Promise<number> {
  const wanted = readWanted(argv, availableParallelism());
  if (typeof wanted === "string") {
    console.error(wanted === USAGE ? USAGE : `${wanted}; see docs/SIMULATION.md`);
    return EXIT_USAGE;
  }
  const began = performance.now();
  const tallies = await playAll(wanted);
  const counted = summary(wanted, tallies);
  if (wanted.json) {
    for (const line of problemLines(tallies)) console.error(line.trim());
    console.log(JSON.stringify(counted));
  } else await tell(wanted, tallies, (performance.now() - began) / 1000);
  return counted.problems === 0 ? 0 : EXIT_PROBLEMS;
}

/** The stretches' tallies, in order of their seeds, whoever played them. */
async function playAll(wanted: Wanted): Promise<Tally[]> {
  const seeds = Array.from({ length: wanted.years }, (_, index) => wanted.seed + index);
  const progress = progressOf(wanted);
  const workers = Math.min(wanted.jobs, seeds.length);
  const tallies: Tally[] = [];
  const take = (tally: Tally) => {
    tallies.push(tally);
    progress(tallies);
  };
  if (workers === 1) {
    const bundles = await bundlesOf(AS_IT_IS);
    for (const seed of seeds) take(tallyOf(await judged(bundles, planOf(seed, wanted.faults))));
  } else {
    await Promise.all(Array.from({ length: workers }, () => work(seeds, wanted, take)));
  }
  return tallies.sort((a, b) => a.seed - b.seed);
}

/** One child process, handed seed after seed until there is none. */
function work(seeds: number[], { faults }: Wanted, take: (tally: Tally) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = fork(import.meta.filename, { execArgv: ["--no-warnings"] });
    const next = () => {
      const seed = seeds.shift();
      if (seed === undefined) child.disconnect();
      else child.send({ seed, faults });
    };
    child.on("message", (message) => {
      take(z.parse(z.custom<Tally>(), message));
      next();
    });
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a simulating process ended with ${code}`))));
    next();
  });
}

/** In a child process: plays what it is told until the parent hangs up. */
async function serve(): Promise<void> {
  const bundles = await bundlesOf(AS_IT_IS);
  process.on("message", (message) => {
    const { seed, faults } = z.parse(order, message);
    void judged(bundles, planOf(seed, faults.filter(isFaultKind))).then((done) => process.send?.(tallyOf(done)));
  });
}

/** A line on stderr now and then: an hour without a word is long. */
function progressOf({ years, json }: Wanted): (tallies: readonly Tally[]) => void {
  const every = Math.max(1, Math.ceil(years / 50));
  return (tallies) => {
    if (json || years < 10 || tallies.length % every !== 0) return;
    const problems = tallies.reduce((sum, tally) => sum + tally.problems.length, 0);
    console.error(`${tallies.length} of ${years} site-years, ${problems} problems`);
  };
}

async function tell(wanted: Wanted, tallies: readonly Tally[], seconds: number): Promise<void> {
  console.log(report(wanted, tallies, seconds));
  const failing = tallies.filter(({ problems }) => problems.length > 0);
  if (failing.length === 0) return;
  const bundles = await bundlesOf(AS_IT_IS);
  for (const { seed, problems } of failing.slice(0, STORIES_MAX)) {
    const [first] = problems;
    if (first !== undefined) console.log(await story(bundles, wanted, seed, first));
  }
}

async function story(bundles: Bundles, wanted: Wanted, seed: number, problem: Problem): Promise<string> {
  const whole = await judged(bundles, planOf(seed, wanted.faults));
  const short = await shrunk(bundles, whole, problem);
  const again =
    short.problems.find(({ kind, subject }) => kind === problem.kind && subject === problem.subject) ?? problem;
  const command = `npm run simulate -- --seed ${seed} --years 1${faultsFlag(wanted.faults)}`;
  return `\nSeed ${seed}, ${problem.site} (to see it again: ${command})\n${storyOf(short, again)}`;
}

function faultsFlag(faults: readonly FaultKind[]): string {
  if (faults.length === FAULT_KINDS.length) return "";
  return ` --faults ${faults.length === 0 ? "none" : faults.join(",")}`;
}
