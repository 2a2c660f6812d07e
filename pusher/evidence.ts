/**
 * What markers show of one run. Before it: a dataset that is born in `from` gets a fresh marker there (a birth); one that
 * came from elsewhere has its marker looked at (a sighting). After it: if this host can read `to`, that very marker has
 * to be there with its files unharmed, or the run has failed, whatever its exit code says (a job that only follows another tool
 * takes what that brought). What a run that did not end well may have left behind proves nothing (torn.ts).
 */
import type { Birth, Sighting } from "../protocol/heartbeat.ts";
import type { Carries, Config, DatasetConfig, JobConfig } from "./config.ts";
import { type Copy, copyOf } from "./copies.ts";
import type { Stream } from "./exec.ts";
import type { JobOutcome } from "./jobs/job.ts";
import type { Asking, Environment } from "./jobs/kind.ts";
import { SAMPLING_MAX_MS } from "./limits.ts";
import { isWhole, look } from "./look.ts";
import { type Marker, writeMarker } from "./marker.ts";
import type { Found } from "./record.ts";
import { drawSamples } from "./samples.ts";
import { standsFor } from "./standing.ts";
import { cursorState, recall, remember } from "./state.ts";
import { bornAnew } from "./torn.ts";

export interface EvidenceIo {
  readonly stream: Stream;
  /** What the job's own tool has in its environment: a fetch from where the job carried to needs the same. */
  readonly environment: () => Environment;
  /** A line in the run's log. */
  readonly log: (line: string) => void;
  /** For questions to a tool that carries by itself. */
  readonly asking: Asking;
  readonly now: () => number;
  readonly newId: () => string;
}

export interface Evidence {
  /** Folders that took a fresh marker. */
  readonly marked: readonly string[];
  readonly before: Found;
  /** Once the job and its programs are over: looks at `to` and judges; the outcome is the given one, or worse. */
  readonly after: (outcome: JobOutcome) => Promise<{ readonly outcome: JobOutcome; readonly found: Found }>;
}

/** One carried dataset, and what `from` held before the run. */
interface Carried {
  readonly dataset: DatasetConfig;
  readonly expected?: Marker;
  readonly born?: Birth;
  /** Where its fresh marker was put. */
  readonly markedIn?: string;
  readonly seen?: Sighting;
  /** It lies in `from`, and does not stand for the copy there yet: what is carried now is not proven by it. */
  readonly early?: true;
  /** Why there is no marker although there should be one. */
  readonly trouble?: string;
}

/** Takes the evidence before a run; a fresh marker stands for the data as it is at `asOf` (ms). */
export async function evidenceOf(config: Config, job: JobConfig, asOf: number, io: EvidenceIo): Promise<Evidence> {
  const { carries } = job;
  const carried: Carried[] = [];
  for (const dataset of config.datasets) {
    if (carries?.datasets.includes(dataset.name) !== true) continue;
    const one = await before(config, dataset, carries.from, asOf, io);
    if (one.trouble !== undefined) io.log(`tierwatch: ${one.trouble}`);
    carried.push(one);
  }
  const found = foundIn(carried);
  return {
    marked: carried.flatMap((one) => (one.markedIn === undefined ? [] : [one.markedIn])),
    before: found,
    after: async (outcome) => {
      if (carries === undefined) return { outcome, found };
      if (outcome.status !== "succeeded" && outcome.status !== "warned") {
        if (!job.prepared.tears) return { outcome, found };
        return { outcome, found: { ...found, born: await bornAnew(carried, io) } };
      }
      const looks: Look[] = [];
      for (const one of carried) looks.push(await after(config, one, job.prepared.follows, carries, io));
      const seen = looks.flatMap((one) => (one.seen === undefined ? [] : [one.seen]));
      const judged = judge(outcome, looks, carried, carries);
      return { outcome: judged, found: { born: found.born, seen: [...found.seen, ...seen] } };
    },
  };
}

function foundIn(carried: readonly Carried[]): Found {
  return {
    born: carried.flatMap((one) => (one.born === undefined ? [] : [one.born])),
    seen: carried.flatMap((one) => (one.seen === undefined ? [] : [one.seen])),
  };
}

async function before(
  config: Config,
  dataset: DatasetConfig,
  tier: string,
  asOf: number,
  io: EvidenceIo,
): Promise<Carried> {
  const root = dataset.paths[tier];
  if (dataset.born === tier) return root === undefined ? { dataset } : await bear(config, dataset, root, asOf, io);
  const copy = copyOf(dataset, tier, io.stream, config.folder);
  const found = await copy?.marker();
  if (copy === undefined || found === undefined) return { dataset };
  if (!found.ok) return { dataset, trouble: found.failure };
  if (found.value === undefined) return { dataset };
  const standing = await standsFor(config, dataset, tier, found.value, io.asking);
  if (!standing.ok) {
    io.log(`tierwatch: the marker of ${dataset.name} in ${tier} does not count yet: ${standing.failure}`);
    return { dataset, expected: found.value, early: true };
  }
  const seen = await look(copy, found.value, tier, dataset.paths[dataset.born], io.now);
  return { dataset, expected: found.value, seen };
}

/** Writes a fresh marker into the dataset where it is born. */
async function bear(
  config: Config,
  dataset: DatasetConfig,
  root: string,
  asOf: number,
  io: EvidenceIo,
): Promise<Carried> {
  const matter = `cursor-${dataset.name}`;
  const after = recall(config.state, matter, cursorState)?.after ?? "";
  const until = io.now() + SAMPLING_MAX_MS;
  const drawn = await drawSamples(root, dataset.samples, after, { now: asOf, isOver: () => io.now() >= until });
  const writtenAt = new Date(asOf).toISOString();
  const written = writeMarker(root, {
    version: 1,
    id: io.newId(),
    dataset: dataset.name,
    tier: dataset.born,
    writtenAt,
    samples: [...drawn.samples],
  });
  if (!written.ok) return { dataset, trouble: `no marker was written for ${dataset.name}: ${written.failure}` };
  remember(config.state, matter, { after: drawn.after });
  const born = { marker: written.value.id, dataset: dataset.name, tier: dataset.born, at: writtenAt };
  return { dataset, expected: written.value, born, markedIn: root };
}

interface Look {
  readonly dataset: string;
  readonly seen?: Sighting;
  /** The copy can be read, and does not hold the marker that the source held. */
  readonly lacks: boolean;
}

async function after(
  config: Config,
  carried: Carried,
  follows: boolean,
  carries: Carries,
  io: EvidenceIo,
): Promise<Look> {
  const { dataset } = carried;
  // Who follows another tool finds what that brought last, at its own time: the marker from before this run goes with its next.
  const expected = follows ? undefined : carried.expected;
  const copy = copyOf(dataset, carries.to, equipped(io), config.folder);
  if (copy === undefined) return { dataset: dataset.name, lacks: false };
  const found = await copy.marker();
  if (!found.ok) io.log(`tierwatch: ${carries.to}: ${found.failure}`);
  const marker = found.ok ? found.value : undefined;
  const lacks = expected !== undefined && !(await isCurrent(config, carried, expected, carries.from, marker, io));
  if (marker === undefined || lacks || carried.early) return { dataset: dataset.name, lacks };
  const sourceRoot = dataset.paths[carries.from] ?? dataset.paths[dataset.born];
  // One that took its place meanwhile came later than a part of what was carried: the one from before the run is proven.
  const proven = expected ?? marker;
  return { dataset: dataset.name, lacks, seen: await look(copy, proven, carries.to, sourceRoot, io.now) };
}

/** Runs programs in the environment of the job's tool. Where that is not to be had the job itself has said so. */
function equipped({ stream, environment }: EvidenceIo): Stream {
  const env = environment();
  if (!env.ok) return stream;
  return (argv, onChunk, options) => stream(argv, onChunk, { ...options, env: { ...env.value, ...options.env } });
}

/** The expected marker, or the one that took its place in the source while the job ran. */
async function isCurrent(
  config: Config,
  carried: Carried,
  expected: Marker,
  from: string,
  found: Marker | undefined,
  io: EvidenceIo,
): Promise<boolean> {
  if (found === undefined || found.id === expected.id) return found !== undefined;
  const source: Copy | undefined = copyOf(carried.dataset, from, io.stream, config.folder);
  const now = await source?.marker();
  return now?.ok === true && now.value?.id === found.id;
}

function judge(outcome: JobOutcome, looks: readonly Look[], carried: readonly Carried[], carries: Carries): JobOutcome {
  const exit = outcome.exitCode === undefined ? "the job reported success" : `exit ${outcome.exitCode}`;
  const lacking = looks.filter((one) => one.lacks).map((one) => one.dataset);
  const faults = looks.flatMap((one) => (one.seen === undefined || isWhole(one.seen) ? [] : [harm(one.seen)]));
  if (lacking.length > 0) {
    const first = `${carries.to} does not hold the marker that ${carries.from} held before the run`;
    faults.unshift(`${first}: ${lacking.join(", ")}`);
  }
  if (faults.length > 0) return { ...outcome, status: "failed", reason: `${exit}, but ${faults.join("; ")}` };
  const troubles = carried.flatMap((one) => (one.trouble === undefined ? [] : [one.trouble]));
  if (troubles.length === 0) return outcome;
  const reasons = [...(outcome.reason === undefined ? [] : [outcome.reason]), ...troubles];
  return { ...outcome, status: "warned", reason: reasons.join("; ") };
}

function harm(seen: Sighting): string {
  const wrong = seen.missing + seen.mismatched;
  const kinds = [
    ...(seen.mismatched === 0 ? [] : [`${seen.mismatched} with wrong content`]),
    ...(seen.missing === 0 ? [] : [`${seen.missing} missing`]),
  ];
  const examples = seen.examples?.join(", ") ?? "";
  return `in ${seen.tier} ${wrong} of ${seen.sampled} sampled files of ${seen.dataset} are not as recorded (${kinds.join(", ")}): ${examples}`;
}
