/**
 * A site's chains follow from the plans of its hosts: which hosts, jobs and copies there are to watch, and along which
 * jobs each copy is fed. Plans that contradict each other, or themselves, are told apart by naming both sides.
 */
import { type CarryingJob, carries, type Job, type Plan } from "../../protocol/plan.ts";
import { definedOnly } from "./defined.ts";
import { canonicalSchedule, scheduleFault } from "./schedule.ts";
import { type CopySpec, copyKey, hostKey, type JobSpec, jobKey, keyOf, type Spec } from "./watch.ts";

export interface HostPlan {
  readonly host: string;
  readonly plan: Plan;
  /** When this plan was accepted: a never-heard watch counts from here. */
  readonly plannedAt: number;
}

interface Carrier {
  readonly host: string;
  readonly job: CarryingJob;
  readonly plannedAt: number;
}

/** Every watch that these plans ask for, by key. The plans must not contradict each other. */
export function specsOf(plans: readonly HostPlan[]): Map<string, Spec> {
  const hosts = plans.map(({ host, plan, plannedAt }): Spec => ({ kind: "host", host, ...plan.beat, plannedAt }));
  const jobs = plans.flatMap(({ host, plan, plannedAt }) => plan.jobs.map((job) => jobSpec(host, job, plannedAt)));
  return new Map([...hosts, ...jobs, ...copySpecs(plans)].map((spec) => [keyOf(spec), spec]));
}

function jobSpec(host: string, job: Job, plannedAt: number): JobSpec {
  const { name, kind, ...expected } = job;
  const { schedule, graceSeconds, startWithinSeconds, minRuntimeSeconds, maxRuntimeSeconds, hardLimitSeconds } =
    expected;
  const limits = { startWithinSeconds, minRuntimeSeconds, maxRuntimeSeconds, hardLimitSeconds };
  const policies = { alertAfter: expected.alertAfter, anomalies: expected.anomalies };
  const named = { kind: "job" as const, host, job: name, tool: kind, graceSeconds, plannedAt };
  const common = { ...named, schedule: canonicalSchedule(schedule), ...definedOnly({ ...limits, ...policies }) };
  if (carries(job)) return { ...common, from: job.from, to: job.to, proof: job.proof, datasets: job.datasets };
  return { ...common, datasets: [], ...definedOnly({ tier: job.tier, thresholds: job.thresholds }) };
}

function copySpecs(plans: readonly HostPlan[]): CopySpec[] {
  const born = birthTiers(plans);
  const copies = new Map<string, CopySpec>();
  for (const { host, job, plannedAt } of carriersOf(plans)) {
    for (const dataset of job.datasets) {
      const key = copyKey(dataset, job.to);
      const feed = { key: jobKey(host, job.name), host, from: job.from };
      const known = copies.get(key);
      copies.set(key, {
        kind: "copy",
        dataset,
        tier: job.to,
        born: born.get(dataset) ?? job.from,
        windowSeconds: job.windowSeconds,
        proof: known?.proof === "marker" ? "marker" : job.proof,
        feeds: [...(known?.feeds ?? []), feed],
        ...definedOnly({ depth: known?.depth ?? job.depth }),
        plannedAt: Math.min(known?.plannedAt ?? plannedAt, plannedAt),
      });
    }
  }
  return [...copies.values()];
}

function carriersOf(plans: readonly HostPlan[]): Carrier[] {
  return plans.flatMap(({ host, plan, plannedAt }) =>
    plan.jobs.filter(carries).map((job) => ({ host, job, plannedAt })),
  );
}

function birthTiers(plans: readonly HostPlan[]): Map<string, string> {
  return new Map(plans.flatMap(({ plan }) => plan.datasets.map(({ name, born }) => [name, born] as const)));
}

/** Everything that is wrong with these plans together, one sentence each; empty when they fit. */
export function contradictions(plans: readonly HostPlan[]): string[] {
  return [...plans.flatMap(faultsWithin), ...birthConflicts(plans), ...windowConflicts(plans), ...circles(plans)];
}

function faultsWithin({ host, plan }: HostPlan): string[] {
  const known = new Set(plan.datasets.map(({ name }) => name));
  const names = plan.jobs.map(({ name }) => name);
  const twice = names.filter((name, i) => names.indexOf(name) !== i).map((name) => `${host} names two jobs "${name}"`);
  const unborn = plan.jobs
    .filter(carries)
    .flatMap((job) =>
      job.datasets
        .filter((dataset) => !known.has(dataset))
        .map((dataset) => `${host}'s job "${job.name}" carries "${dataset}", which ${host}'s plan does not declare`),
    );
  const unreadable = plan.jobs.flatMap((job) => {
    const fault = scheduleFault(job.schedule);
    return fault === null ? [] : [`${host}'s job "${job.name}": ${fault}`];
  });
  return [...twice, ...unborn, ...unreadable];
}

function birthConflicts(plans: readonly HostPlan[]): string[] {
  const first = new Map<string, { host: string; born: string }>();
  return plans.flatMap(({ host, plan }) =>
    plan.datasets.flatMap(({ name, born }) => {
      const other = first.get(name);
      if (other === undefined) first.set(name, { host, born });
      if (other === undefined || other.born === born) return [];
      return [`dataset "${name}" is born in ${other.born} says ${other.host}, in ${born} says ${host}`];
    }),
  );
}

function windowConflicts(plans: readonly HostPlan[]): string[] {
  const first = new Map<string, Carrier>();
  return carriersOf(plans).flatMap((carrier) =>
    carrier.job.datasets.flatMap((dataset) => {
      const key = copyKey(dataset, carrier.job.to);
      const other = first.get(key);
      if (other === undefined) first.set(key, carrier);
      if (other === undefined || other.job.windowSeconds === carrier.job.windowSeconds) return [];
      const saying = ({ host, job }: Carrier) => `${job.windowSeconds} s says ${host}'s job "${job.name}"`;
      return [`the window of "${dataset}" in ${carrier.job.to} is ${saying(other)}, ${saying(carrier)}`];
    }),
  );
}

/** Data that would come back to where it has been already, followed job by job from its birth. */
function circles(plans: readonly HostPlan[]): string[] {
  const carriers = carriersOf(plans);
  return [...birthTiers(plans)].flatMap(([dataset, born]) => {
    const back = returningJob(carriers, dataset, born, [born]);
    if (back === null) return [];
    return [`${back.host}'s job "${back.job.name}" brings "${dataset}" back to ${back.job.to}, where it came from`];
  });
}

function returningJob(carriers: readonly Carrier[], dataset: string, tier: string, path: string[]): Carrier | null {
  for (const carrier of carriers) {
    const { job } = carrier;
    if (job.from !== tier || !job.datasets.includes(dataset)) continue;
    if (path.includes(job.to)) return carrier;
    const found = returningJob(carriers, dataset, job.to, [...path, job.to]);
    if (found !== null) return found;
  }
  return null;
}

/** What belongs to each dataset, in the order of their names. */
export function byDataset<Of>(all: readonly Of[], datasetOf: (of: Of) => string): [string, Of[]][] {
  return [...Map.groupBy(all, datasetOf)].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The tiers a dataset passes, in the order of its chain, from the tier it is born in. */
export function chainOf(copies: readonly CopySpec[], dataset: string): string[] {
  const mine = copies.filter((copy) => copy.dataset === dataset);
  const order = mine[0] === undefined ? [] : [mine[0].born];
  for (let i = 0; i < order.length; i++) {
    for (const copy of mine) {
      if (copy.feeds.some(({ from }) => from === order[i]) && !order.includes(copy.tier)) order.push(copy.tier);
    }
  }
  return [...order, ...mine.map(({ tier }) => tier).filter((tier) => !order.includes(tier))];
}

/** Several chains as one order: that of the longest, and what others have besides stands before what it leads to there. */
export function joined(chains: readonly (readonly string[])[]): string[] {
  const order: string[] = [];
  for (const chain of chains.toSorted((a, b) => b.length - a.length)) {
    for (const [index, tier] of chain.entries()) {
      if (order.includes(tier)) continue;
      const next = chain.slice(index + 1).find((later) => order.includes(later));
      order.splice(next === undefined ? order.length : order.indexOf(next), 0, tier);
    }
  }
  return order;
}

/** The key of a host's own watch, before it has sent a plan. */
export function unplannedHost(host: string, plannedAt: number): { key: string; spec: Spec } {
  const spec: Spec = { kind: "host", host, everySeconds: 3600, graceSeconds: 3600, plannedAt };
  return { key: hostKey(host), spec };
}
