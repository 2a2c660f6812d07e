/**
 * A host: a machine with disks and a clock of its own, whose cron starts the pusher. What runs is the pusher's real code; the
 * machine may lose its power at any step of it.
 */
import { Cron } from "croner";
import * as z from "zod/mini";
import { type Plan, plan as planSchema } from "../../../protocol/plan.ts";
import type { Chance } from "./chance.ts";
import { type Disk, type Snapshot, WRITE_BACK_MS } from "./disk.ts";
import type { HasDisks } from "./files.ts";
import { type Machine, SimulatedProcess, type Who } from "./process.ts";
import type { Planned, Time } from "./time.ts";

/** What the host calls of the pusher's bundle, as pusher/main.ts does. */
export interface PusherDoors {
  readonly loadConfig: (path: string) => { readonly ok: boolean; readonly value?: unknown; readonly failure?: unknown };
  readonly run: (config: unknown, shell: object, job: string) => Promise<number>;
  readonly beat: (config: unknown, shell: object) => Promise<number>;
  readonly enroll: (config: unknown, shell: object, code: string) => Promise<number>;
  readonly secretsOf: (env: object) => object;
}

const CONFIG_FILE = "/etc/tierwatch/pusher.toml";
const BOOT_MS = 45_000;
/** A clock that is put back by less than this does not run a job twice; put forward, it catches up (Debian's cron(8)). */
const JUMP_MAX_MS = 3 * 3_600_000;

export interface HostParts {
  readonly site: string;
  readonly name: string;
  readonly virtual: boolean;
  readonly time: Time;
  readonly chance: Chance;
  readonly who: Who<Host>;
  readonly pusher: PusherDoors;
  readonly system: Disk;
  /** The data disk that this host sees under `/data`. */
  readonly data: Disk;
}

export class Host implements HasDisks {
  readonly site: string;
  readonly name: string;
  readonly virtual: boolean;
  readonly system: Disk;
  readonly data: Disk;
  /** How far its clock is ahead of true time. */
  offsetMs = 0;
  /** Steps until the next process that starts dies; Infinity for none. */
  nextFuse = Number.POSITIVE_INFINITY;
  onFuse: (process: SimulatedProcess<Host>) => void = () => undefined;
  plan: Plan = { beat: { everySeconds: 3600, graceSeconds: 0 }, datasets: [], jobs: [] };
  #config: unknown = null;
  #machine: Machine | null = null;
  #pids = 1;
  #boots = 0;
  readonly #timers = new Map<string, Planned>();
  /** By job: the slot that was run last, by the host's clock. */
  readonly #slots = new Map<string, number>();
  readonly #parts: HostParts;

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.site = parts.site;
    this.name = parts.name;
    this.virtual = parts.virtual;
    this.system = parts.system;
    this.data = parts.data;
  }

  get isUp(): boolean {
    return this.#machine !== null;
  }

  readonly clock = (): number => this.#parts.time.now() + this.offsetMs;

  diskOf(path: string): Disk {
    return path.startsWith("/data/") ? this.data : this.system;
  }

  nextPid(): number {
    this.#pids += 1;
    return this.#pids;
  }

  /** Reads pusher.toml and enrols, as the owner does once; `planHeld` is the plan that the worker has of it then. */
  async install(config: string, code: string, planHeld: () => unknown): Promise<void> {
    this.system.put(CONFIG_FILE, config, 0);
    this.#machine = this.#newMachine();
    this.#config = this.#load();
    const exit = await this.#launch("enroll", (shell) => this.#parts.pusher.enroll(this.#config, shell, code));
    if (exit !== 0) throw new Error(`${this.name} could not be enrolled`);
    this.plan = z.parse(planSchema, planHeld());
    this.#startCron();
  }

  #load(): unknown {
    const { who, pusher } = this.#parts;
    const reader = new SimulatedProcess<Host>(this, this.#newMachine(), 1, 1);
    const loaded = who.run(reader, () => pusher.loadConfig(CONFIG_FILE));
    if (!loaded.ok) throw new Error(`${this.name}: ${JSON.stringify(loaded.failure)}`);
    return loaded.value;
  }

  #newMachine(): Machine {
    this.#boots += 1;
    return { bootId: `boot-${this.#boots}`, bootedAt: this.#parts.time.now(), table: new Map() };
  }

  boot(): void {
    if (this.#machine !== null) return;
    this.#machine = this.#newMachine();
    this.#startCron();
  }

  /** The power goes, now and in the middle of everything. */
  powerOff(): void {
    const machine = this.#machine;
    if (machine === null) return;
    this.#machine = null;
    for (const process of [...machine.table.values()]) if (process instanceof SimulatedProcess) process.kill();
    machine.table.clear();
    for (const timer of this.#timers.values()) timer.cancelled = true;
    this.#timers.clear();
    this.system.cut(this.#parts.chance);
    this.data.cut(this.#parts.chance);
  }

  /** Ends one process of the pusher, and nothing else. */
  killProcess(process: SimulatedProcess<Host>): void {
    process.kill();
    this.#writeBackSoon();
  }

  /** A shutdown by the book: everything is written first. */
  shutDown(): void {
    this.system.sync();
    this.data.sync();
    this.powerOff();
  }

  restore(snapshot: Snapshot): void {
    this.system.restore(snapshot);
  }

  /** The clock is another from now on; cron looks again at what is next. */
  setClock(offsetMs: number): void {
    const before = this.clock();
    this.offsetMs = offsetMs;
    if (this.#machine === null) return;
    const now = this.clock();
    for (const job of this.plan.jobs) {
      if (!("cron" in job.schedule)) continue;
      const slot = this.#slots.get(job.name) ?? before;
      // Far jumps are corrections: cron begins anew from what the clock says now.
      if (Math.abs(now - before) > JUMP_MAX_MS) this.#slots.set(job.name, now);
      else this.#slots.set(job.name, Math.min(slot, Math.max(now, slot)));
      this.#planSlot(job.name);
    }
  }

  #startCron(): void {
    const { time, chance } = this.#parts;
    this.#again("beat", time.now() + BOOT_MS + chance.between(0, 60_000), () => this.#beat());
    for (const job of this.plan.jobs) {
      if ("cron" in job.schedule) {
        this.#slots.set(job.name, this.clock());
        this.#planSlot(job.name);
      } else if ("everySeconds" in job.schedule) {
        const { everySeconds } = job.schedule;
        this.#again(job.name, time.now() + 300_000, () => this.#interval(job.name, everySeconds * 1000));
      } else {
        throw new Error(`${job.name}: no simulated host starts jobs by OnCalendar`);
      }
    }
  }

  /** One timer a purpose; the latest one holds. */
  #again(name: string, at: number, act: () => void): void {
    const old = this.#timers.get(name);
    if (old !== undefined) old.cancelled = true;
    this.#timers.set(name, this.#parts.time.plan(at, act));
  }

  #beat(): void {
    this.#again("beat", this.#parts.time.now() + this.plan.beat.everySeconds * 1000, () => this.#beat());
    void this.#launch("beat", (shell) => this.#parts.pusher.beat(this.#config, shell));
  }

  #interval(job: string, everyMs: number): void {
    this.#again(job, this.#parts.time.now() + everyMs, () => this.#interval(job, everyMs));
    this.#run(job);
  }

  #planSlot(name: string): void {
    const job = this.plan.jobs.find((one) => one.name === name);
    if (job === undefined || !("cron" in job.schedule)) return;
    const { cron, zone } = job.schedule;
    const slot = cronOf(cron, zone).nextRun(new Date(this.#slots.get(name) ?? this.clock()));
    if (slot === null) return;
    this.#again(name, slot.getTime() - this.offsetMs, () => {
      this.#slots.set(name, slot.getTime());
      this.#planSlot(name);
      this.#run(name);
    });
  }

  #run(job: string): void {
    void this.#launch("run", (shell) => this.#parts.pusher.run(this.#config, shell, job));
  }

  /** A process of the pusher, from its start to its exit; never answers when it dies. */
  async #launch(what: string, command: (shell: object) => Promise<number>): Promise<number> {
    const machine = this.#machine;
    if (machine === null) throw new Error(`${this.name} is off and cannot start anything`);
    const { time, who, chance } = this.#parts;
    const process = new SimulatedProcess<Host>(this, machine, this.nextPid(), Math.floor(time.now() / 10));
    if (what === "run") {
      process.fuse = this.nextFuse;
      process.onFuse = () => this.onFuse(process);
      this.nextFuse = Number.POSITIVE_INFINITY;
    }
    const shell = {
      now: this.clock,
      elapsed: this.#parts.time.now,
      newId: chance.uuid,
      env: {},
      platform: "linux",
      say: () => undefined,
      warn: () => undefined,
      pass: () => undefined,
      onSignal: () => () => undefined,
      secrets: this.#parts.pusher.secretsOf({}),
    };
    try {
      return await who.run(process, () => command(shell));
    } catch (error) {
      if (process.alive) throw error;
      return await new Promise<never>(() => undefined);
    } finally {
      process.kill();
      if (this.#machine === machine) this.#writeBackSoon();
    }
  }

  /** The system makes durable what nobody asked it to, a little later. */
  #writeBackSoon(): void {
    this.#again("write-back", this.#parts.time.now() + WRITE_BACK_MS, () => {
      this.system.sync();
      this.data.sync();
    });
  }
}

const crons = new Map<string, Cron>();

function cronOf(expression: string, zone: string): Cron {
  const name = `${expression} ${zone}`;
  const found = crons.get(name) ?? new Cron(expression, { timezone: zone, mode: "5-part" });
  crons.set(name, found);
  return found;
}
