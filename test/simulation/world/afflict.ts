/** Brings the episodes of faults over a world, and takes them away again. */
import type { Happening } from "../history.ts";
import type { Cage, CageFaults, Hit } from "./cage.ts";
import type { Chance } from "./chance.ts";
import { type Ailment, type Channels, MAIL, OPS } from "./channels.ts";
import type { Clocks } from "./clocks.ts";
import type { Snapshot } from "./disk.ts";
import type { Episode } from "./faults.ts";
import type { Host } from "./host.ts";
import type { Fate } from "./jobs.ts";
import { GOOD_LINE, type Mishaps } from "./network.ts";
import type { Owner } from "./owner.ts";
import { answered, silenced } from "./owner-acts.ts";
import type { SimulatedProcess } from "./process.ts";
import type { Site } from "./site.ts";
import type { Time } from "./time.ts";

const MINUTE_MS = 60_000;
/** A host that crashed is off for a minute at least. */
const REPAIR_MIN_MS = MINUTE_MS;

/** How ill the worker and its database are. */
export interface CloudHealth {
  errorBefore: number;
  errorAfter: number;
  death: number;
  isDown: boolean;
}

export const WELL: CloudHealth = { errorBefore: 0, errorAfter: 0, death: 0, isDown: false };

export interface Patient {
  readonly time: Time;
  readonly chance: Chance;
  readonly sites: ReadonlyMap<string, Site>;
  readonly health: CloudHealth;
  readonly clocks: Clocks;
  readonly cage: Cage;
  readonly channels: Channels;
  readonly owner: Owner;
  readonly snapshots: ReadonlyMap<Host, Snapshot>;
  readonly tell: (happening: Happening) => void;
}

export type Afflicted = Patient & { readonly episode: Episode };
export type Cure = () => void;

/** Begins an episode now and ends it in its time. */
export function afflict(patient: Patient, episode: Episode): void {
  const { time, tell } = patient;
  tell({ kind: "fault", at: time.now(), what: episode.kind, site: episode.target.site });
  const cure = begin({ ...patient, episode });
  time.plan(episode.untilAt, cure);
}

function begin(afflicted: Afflicted): Cure {
  const { kind, target } = afflicted.episode;
  const site = target.site === null ? undefined : afflicted.sites.get(target.site);
  if (site === undefined) return beginCloud(afflicted);
  switch (kind) {
    case "wan":
      site.isCut += 1;
      return () => {
        site.isCut -= 1;
      };
    case "loss":
      return mishap(site, { lost: 0.35 });
    case "duplicate":
      return mishap(site, { twice: 0.4 });
    case "delay":
      return mishap(site, { late: 0.4 });
    case "unanswered":
      return mishap(site, { unanswered: 0.4 });
    case "blackout":
      for (const host of site.hosts.values()) powerOff(afflicted, host);
      return () => {
        for (const host of site.hosts.values()) powerOn(afflicted, host);
      };
    case "silence":
      return silenced(afflicted, site);
    case "answer":
      return answered(afflicted, site);
    case "job_fails":
      return fate(site, target.name, "fails");
    case "job_warns":
      return fate(site, target.name, "warns");
    case "job_hangs":
      return fate(site, target.name, "hangs");
    case "cut_off":
      return fate(site, target.name, "cut_off");
    case "copies_nothing":
      return fate(site, target.name, "copies_nothing");
    case "copies_stale":
      return fate(site, target.name, "copies_stale");
    case "disks":
      return degrade(afflicted, site, target.name);
    default: {
      const host = site.hosts.get(target.name);
      if (host === undefined) throw new Error(`${kind} befalls ${target.name}, which is no host`);
      return beginHost(afflicted, host);
    }
  }
}

function mishap(site: Site, more: Partial<Mishaps>): Cure {
  site.mishaps = { ...site.mishaps, ...more };
  return () => {
    const over = Object.keys(more).map((name) => [name, 0] as const);
    site.mishaps = { ...GOOD_LINE, ...site.mishaps, ...Object.fromEntries(over) };
  };
}

/** Of two fates of a job at a time the later one holds, and then none: an owner who mends it mends all of it. */
function fate(site: Site, job: string, what: Fate): Cure {
  site.fates.set(job, what);
  return () => {
    site.fates.delete(job);
    site.programs.unhang(job);
  };
}

function degrade({ chance, tell, time }: Afflicted, site: Site, pool: string): Cure {
  const say = (verdict: "ok" | "warning" | "critical") => {
    site.pools.set(pool, verdict);
    for (const { name: host, plan } of site.hosts.values()) {
      for (const job of plan.jobs) {
        if (job.to !== undefined || !("tier" in job) || job.tier !== pool) continue;
        tell({ kind: "state", at: time.now(), site: site.name, host, job: job.name, verdict });
      }
    }
  };
  say(chance.hits(0.6) ? "warning" : "critical");
  return () => say("ok");
}

function beginHost(afflicted: Afflicted, host: Host): Cure {
  const { chance, time, episode } = afflicted;
  switch (episode.kind) {
    case "power":
      powerOff(afflicted, host);
      return () => powerOn(afflicted, host);
    case "reboot":
      if (!host.isUp) return () => undefined;
      host.shutDown();
      say(afflicted, host, false);
      return () => powerOn(afflicted, host);
    case "crash":
      return fuse(host, chance, () => {
        powerOff(afflicted, host);
        time.plan(Math.max(time.now() + REPAIR_MIN_MS, episode.untilAt), () => powerOn(afflicted, host));
      });
    case "kill":
      return fuse(host, chance, (process) => host.killProcess(process));
    case "clock":
      return wrongClock(afflicted, host);
    case "rollback":
      powerOff(afflicted, host);
      return () => rollBack(afflicted, host);
    default:
      throw new Error(`${episode.kind} befalls no host`);
  }
}

/** The next run that starts while this lasts dies at some step of it. */
function fuse(host: Host, chance: Chance, burn: (process: SimulatedProcess<Host>) => void): Cure {
  host.nextFuse = chance.whole(1, 60);
  host.onFuse = burn;
  return () => {
    host.nextFuse = Number.POSITIVE_INFINITY;
  };
}

function say({ tell, time }: Afflicted, host: Host, alive: boolean): void {
  tell({ kind: "host", at: time.now(), site: host.site, host: host.name, alive });
}

function powerOff(afflicted: Afflicted, host: Host): void {
  if (!host.isUp) return;
  host.powerOff();
  say(afflicted, host, false);
}

function powerOn(afflicted: Afflicted, host: Host): void {
  if (host.isUp) return;
  host.boot();
  say(afflicted, host, true);
}

function wrongClock({ chance, tell, time }: Afflicted, host: Host): Cure {
  const set = (offsetMs: number) => {
    host.setClock(offsetMs);
    tell({ kind: "clock", at: time.now(), site: host.site, host: host.name, offsetMs });
  };
  const size = chance.pick([20_000, 90_000, 900_000, 7_200_000, 3 * 86_400_000]);
  set(Math.round(chance.between(-size, size)));
  return () => set(0);
}

function rollBack(afflicted: Afflicted, host: Host): void {
  const snapshot = afflicted.snapshots.get(host);
  if (snapshot !== undefined) {
    if (host.isUp) powerOff(afflicted, host);
    host.restore(snapshot);
    const since = snapshot.takenAt;
    afflicted.tell({ kind: "disk", at: afflicted.time.now(), site: host.site, host: host.name, since });
  }
  powerOn(afflicted, host);
}

function beginCloud(afflicted: Afflicted): Cure {
  const { clocks, chance, cage, episode } = afflicted;
  const rate = chance.pick([0.02, 0.1, 0.4, 1]);
  switch (episode.kind) {
    case "d1_before":
      return ill(afflicted, "errorBefore", rate);
    case "d1_after":
      return ill(afflicted, "errorAfter", Math.min(rate, 0.4));
    case "death":
      return ill(afflicted, "death", chance.pick([0.01, 0.03, 0.1]));
    case "one_clock":
      return clocks.stop(chance.pick(["cron", "alarm"]));
    case "clocks":
      return clocks.stop("both");
    case "worker":
      return down(afflicted);
    case "two_sweeps":
      cage.alarmAt = Math.ceil((afflicted.time.now() + 1) / 60_000) * 60_000;
      return clocks.ill();
    case "channel":
      return channelIll(afflicted);
    default:
      throw new Error(`${episode.kind} befalls no worker`);
  }
}

function ill({ health, clocks }: Afflicted, what: "errorBefore" | "errorAfter" | "death", rate: number): Cure {
  health[what] = rate;
  const wellAgain = clocks.ill();
  return () => {
    health[what] = 0;
    wellAgain();
  };
}

function down({ health, clocks }: Afflicted): Cure {
  health.isDown = true;
  const upAgain = clocks.down();
  return () => {
    health.isDown = false;
    upAgain();
  };
}

function channelIll({ chance, channels, tell, time }: Afflicted): Cure {
  const channel = chance.pick([MAIL, OPS]);
  const ailment = chance.pick<Ailment>(["fails", "hangs", "answers_500", "lost_yes"]);
  channels.ail(channel, ailment);
  tell({ kind: "channel", at: time.now(), channel, healthy: false });
  return () => {
    channels.ail(channel, "well");
    tell({ kind: "channel", at: time.now(), channel, healthy: true });
  };
}

/** How many events find the database slow. */
const SLOW = 0.25;

/** What a call of the database meets, by how ill the cloud is now. */
export function cageFaults(health: CloudHealth, chance: Chance, told: (what: string) => void): CageFaults {
  const among = (probability: number, what: string, hit: Hit): Hit | undefined => {
    if (probability === 0 || !chance.hits(probability)) return undefined;
    told(what);
    return hit;
  };
  const isIll = () => health.errorBefore + health.errorAfter + health.death > 0;
  return {
    isSlow: () => isIll() || chance.hits(SLOW),
    databaseMs: () => chance.between(1, 25),
    hit: () =>
      among(health.errorBefore, "d1_before", "error_before") ??
      among(health.errorAfter, "d1_after", "error_after") ??
      among(health.death, "death", chance.hits(0.5) ? "death_before" : "death_after") ??
      "none",
  };
}
