/** One site of the world: its hosts with their disks, the programs of its jobs, its line, and what ails it now. */
import { createHash } from "node:crypto";
import { type CarryingJob, carries } from "../../../protocol/plan.ts";
import type { SimulatedSite } from "../history.ts";
import type { Chance } from "./chance.ts";
import { chanceOf } from "./chance.ts";
import { type Disk, newDisk } from "./disk.ts";
import type { Target } from "./faults.ts";
import { Host, type PusherDoors } from "./host.ts";
import { type Fate, type PoolState, type Programs, programsOf } from "./jobs.ts";
import { GOOD_LINE, type Mishaps } from "./network.ts";
import type { Who } from "./process.ts";
import type { SiteSketch } from "./sites.ts";
import type { Time } from "./time.ts";
import type { Witness } from "./witness.ts";

export class Site {
  readonly name: string;
  readonly hosts = new Map<string, Host>();
  readonly programs: Programs;
  /** What ails it. */
  isCut = 0;
  mishaps: Mishaps = GOOD_LINE;
  readonly fates = new Map<string, Fate>();
  readonly pools = new Map<string, PoolState>();
  readonly #sketch: SiteSketch;
  readonly #cloud: Disk;

  constructor(sketch: SiteSketch, seed: number, time: Time, who: Who<Host>, pusher: PusherDoors, witness: Witness) {
    this.#sketch = sketch;
    this.name = sketch.site;
    const chance = (purpose: string): Chance => chanceOf(seed, `${sketch.site}/${purpose}`);
    const births = { named: witness.marker, written: () => undefined, durable: () => undefined };
    this.#cloud = newDisk(births);
    for (const { host, virtual } of sketch.hosts) {
      const system = newDisk({
        written: (path, data) => witness.record(sketch.site, host, "written", path, data),
        named: (path, data) => witness.record(sketch.site, host, "named", path, data),
        durable: (path, data) => witness.record(sketch.site, host, "durable", path, data),
      });
      const parts = { site: sketch.site, name: host, virtual, time, chance: chance(host), who, pusher };
      this.hosts.set(host, new Host({ ...parts, system, data: newDisk(births) }));
    }
    this.programs = programsOf(time, chance("programs"), {
      diskOf: (tier) => this.diskOf(tier),
      fateOf: (job) => this.fates.get(job) ?? "well",
      poolState: (pool) => this.pools.get(pool) ?? "ok",
      arrived: (dataset, tier, marker) => witness.arrived(sketch.site, dataset, tier, marker),
    });
  }

  /** The disk of a tier that can be reached now. */
  diskOf(tier: string): Disk | undefined {
    const owner = this.#sketch.tiers[tier] ?? "";
    if (owner === "cloud") return this.isCut > 0 ? undefined : this.#cloud;
    const host = this.hosts.get(owner);
    return host?.isUp === true ? host.data : undefined;
  }

  /** Puts the first data into the tiers where it is born; `at` long ago. */
  fill(at: number): void {
    for (const [dataset, born] of Object.entries(this.#sketch.datasets)) {
      for (let file = 0; file < 3; file++) this.#write(dataset, born, `file-${file}.txt`, at);
    }
  }

  /** Somebody works: a file of each dataset is another. */
  work(at: number, chance: Chance): void {
    for (const [dataset, born] of Object.entries(this.#sketch.datasets)) {
      this.#write(dataset, born, `file-${chance.whole(0, 3)}.txt`, at);
    }
  }

  #write(dataset: string, tier: string, file: string, at: number): void {
    this.diskOf(tier)?.put(`/data/${tier}/${dataset}/${file}`, `${dataset}/${file} as of ${at}\n`, at);
  }

  /** Enrols every host, one after the other, with codes whose hashes are made known to the worker. */
  async install(addCode: (host: string, codeHash: string) => void, planOf: (host: string) => unknown): Promise<void> {
    for (const { host: name, config } of this.#sketch.hosts) {
      const code = createHash("sha256").update(`${this.name}/${name}`).digest("base64url").slice(0, 22);
      addCode(name, createHash("sha256").update(code).digest("base64url"));
      const host = this.hosts.get(name);
      if (host === undefined) throw new Error(`no host ${name}`);
      await host.install(config, code, () => planOf(name));
    }
  }

  /** Everything that faults may befall. */
  targets(): Target[] {
    const of = (reach: Target["reach"], name: string): Target => ({ reach, site: this.name, name });
    const hosts = [...this.hosts.values()];
    const jobs = hosts.flatMap(({ plan }) => plan.jobs);
    const bearing = jobs.filter((job) => job.kind === "command" && carries(job) && this.#bears(job));
    return [
      of("site", ""),
      ...hosts.map(({ name }) => of("host", name)),
      ...hosts.filter(({ virtual }) => virtual).map(({ name }) => of("virtual", name)),
      ...jobs.filter(({ kind }) => kind === "command").flatMap(({ name }) => [of("job", name), of("copying", name)]),
      ...bearing.map(({ name }) => of("bearing", name)),
      ...jobs.flatMap((job) => (job.kind === "zfs-health" && "tier" in job ? [of("pool", job.tier ?? "")] : [])),
    ];
  }

  /** It carries nothing but what is born where it reads. */
  #bears({ from, datasets }: CarryingJob): boolean {
    return datasets.every((dataset) => this.#sketch.datasets[dataset] === from);
  }

  simulated(): SimulatedSite {
    return { site: this.name, hosts: [...this.hosts.values()].map(({ name, plan }) => ({ host: name, plan })) };
  }
}
