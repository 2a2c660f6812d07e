/**
 * A whole world for one stretch of time: the worker in its cage, the sites, the network between them, and the faults. The same
 * seed gives the same history, byte for byte.
 */
import * as z from "zod/mini";
import type { History } from "../history.ts";
import { afflict, cageFaults, type Patient, WELL } from "./afflict.ts";
import type { Bundles } from "./bundle.ts";
import { cageOf } from "./cage.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { channelsOf, MAIL, OPS, REMIND_MS } from "./channels.ts";
import { clocksOf } from "./clocks.ts";
import { openSimulated, type SimulatedDatabase } from "./database.ts";
import type { Snapshot } from "./disk.ts";
import { type Episode, episodesOf, type FaultKind, type Target } from "./faults.ts";
import type { Host } from "./host.ts";
import type { Sent } from "./http.ts";
import { transmit } from "./network.ts";
import { ownerOf } from "./owner.ts";
import { type Who, whoOf } from "./process.ts";
import { pusherOf } from "./pusher.ts";
import { Site } from "./site.ts";
import type { SiteSketch } from "./sites.ts";
import { timeFrom } from "./time.ts";
import { tookWhole, witnessOf } from "./witness.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Before the first fault everything runs well for a while, and after the last one it has time to be as it was. */
const WELL_BEFORE_MS = 2 * DAY;
const WELL_AFTER_MS = 9 * DAY;
const SNAPSHOT_EVERY_MS = 3 * DAY;
const DOWN = { status: 503, headers: {}, body: "<html>error code: 1101</html>" };

export interface StretchPlan {
  readonly seed: number;
  readonly days: number;
  readonly sites: readonly SiteSketch[];
  readonly faults: readonly FaultKind[];
  /** Only these episodes happen, by their numbers; all when undefined. */
  readonly only?: ReadonlySet<number>;
}

export interface Stretch {
  readonly history: History;
  readonly episodes: readonly Episode[];
  /** Simulated events that were handled. */
  readonly steps: number;
  /** The words of every alert, by the id of its incident. */
  readonly titles: ReadonlyMap<string, string>;
}

/** Plays a stretch from its first enrolment to its healed end. */
export async function play(bundles: Bundles, wanted: StretchPlan): Promise<Stretch> {
  const { seed } = wanted;
  const startAt = Date.UTC(2027, 0, 1) + chanceOf(seed, "start").whole(0, 365 * 24) * HOUR;
  const time = timeFrom(startAt);
  const witness = witnessOf(time);
  const database = openSimulated();
  const who: Who<Host> = whoOf();
  const chance = (purpose: string) => chanceOf(seed, purpose);
  const health = { ...WELL };
  const countFault = (what: string) => witness.tell({ kind: "fault", at: time.now(), what, site: null });
  const channels = channelsOf(time, chance("channels"), database);
  const faults = cageFaults(health, chance("database"), countFault);
  const cage = cageOf(bundles.worker, time, database, channels, faults, chance("cage"));
  const clocks = clocksOf(time, database, cage, witness.tell);
  const sites = new Map<string, Site>();
  const siteOf = (host: Host): Site => {
    const site = sites.get(host.site);
    if (site === undefined) throw new Error(`no site ${host.site}`);
    return site;
  };

  const handle: Parameters<typeof transmit>[5] = (sent, answered) => {
    if (health.isDown) {
      answered({ answer: DOWN });
      return;
    }
    const arrivedAt = time.now();
    clocks.before();
    let told = false;
    const tellOnce = () => {
      if (!told) sent.heard?.(arrivedAt);
      told = true;
    };
    let whole = false;
    const ended = cage.fetch(
      sent,
      (handled) => {
        if (handled.answer?.status === 200 || (whole && handled.answer?.status !== 200)) tellOnce();
        answered(handled);
      },
      (queries, changes) => {
        whole ||= tookWhole(queries, changes);
      },
    );
    void ended.then(clocks.after);
  };
  const owner = ownerOf(database, time, (sent, answered) => handle({ ...sent, heard: undefined }, answered));
  const lineChance = chance("line");
  const send = (host: Host, sent: Sent, receiver: Parameters<typeof transmit>[4]) => {
    const site = siteOf(host);
    const line = { isCut: () => site.isCut > 0, mishaps: () => site.mishaps };
    const letter = { ...sent, heard: witness.sending(host.site, host.name, sent) };
    transmit(time, lineChance, line, letter, receiver, handle);
  };
  const pusher = pusherOf(bundles.pusher, time, chance("keys"), who, send, (host, argv, playing) =>
    siteOf(host).programs.play(argv, playing),
  );
  for (const sketch of wanted.sites) sites.set(sketch.site, new Site(sketch, seed, time, who, pusher, witness));

  clocks.start();
  const installed = install([...sites.values()], database, startAt);
  await time.runUntil(startAt + HOUR);
  await installed;

  const snapshots = new Map<Host, Snapshot>();
  const endAt = startAt + wanted.days * DAY;
  const healedAt = endAt - WELL_AFTER_MS;
  const targets: Target[] = [
    { reach: "cloud", site: null, name: "" },
    ...[...sites.values()].flatMap((site) => site.targets()),
  ];
  const episodes = episodesOf(seed, targets, wanted.faults, startAt + WELL_BEFORE_MS, healedAt);
  for (const episode of episodes) {
    if (wanted.only?.has(episode.number) === false) continue;
    const own = chanceOf(seed, `episode/${episode.kind}/${episode.fromAt}`);
    const patient: Patient = {
      time,
      chance: own,
      sites,
      health,
      clocks,
      cage,
      channels,
      owner,
      snapshots,
      tell: witness.tell,
    };
    time.plan(episode.fromAt, () => afflict(patient, episode));
  }
  live([...sites.values()], chance("life"), time, snapshots);
  time.plan(healedAt, () => witness.tell({ kind: "healed", at: time.now() }));
  await time.runUntil(endAt);
  clocks.before();
  const history = historyOf(startAt, endAt, [...sites.values()], database, {
    happenings: witness.happenings.toSorted((a, b) => a.at - b.at),
    messages: [...channels.messages],
    answers: [...owner.answers],
  });
  const titles = titlesOf(database);
  database.close();
  return { history, episodes, steps: time.steps(), titles };
}

async function install(sites: readonly Site[], database: SimulatedDatabase, startAt: number): Promise<void> {
  for (const site of sites) {
    const addCode = (host: string, hash: string) =>
      database.look(
        "INSERT INTO enrollments (code_hash, site, host, expires_at) VALUES (?, ?, ?, ?)",
        hash,
        site.name,
        host,
        startAt + DAY,
      );
    const planOf = (host: string): unknown => {
      const [row] = database.look("SELECT plan FROM plans WHERE site = ? AND host = ?", site.name, host);
      return JSON.parse(String(row?.plan));
    };
    await site.install(addCode, planOf);
    site.fill(startAt - 30 * DAY);
  }
}

/** What goes on without any fault: people work, snapshots are taken. */
function live(
  sites: readonly Site[],
  chance: Chance,
  time: ReturnType<typeof timeFrom>,
  snapshots: Map<Host, Snapshot>,
) {
  for (const site of sites) {
    const work = () => {
      site.work(time.now(), chance);
      time.plan(time.now() + chance.gap(DAY), work);
    };
    work();
    for (const host of site.hosts.values()) {
      if (!host.virtual) continue;
      const snap = () => {
        if (host.isUp) {
          host.system.sync();
          snapshots.set(host, host.system.snapshot(time.now()));
        }
        time.plan(time.now() + SNAPSHOT_EVERY_MS, snap);
      };
      snap();
    }
  }
}

function titlesOf(database: SimulatedDatabase): Map<string, string> {
  const alert = z.object({ incidentId: z.string(), title: z.string() });
  const rows = database.look("SELECT alert FROM deliveries WHERE kind <> 'closed'");
  return new Map(
    rows.map((row) => {
      const { incidentId, title } = z.parse(alert, JSON.parse(String(row.alert)));
      return [incidentId, title] as const;
    }),
  );
}

const incidentRow = z.object({
  id: z.string(),
  site: z.string(),
  root: z.string(),
  subject: z.string(),
  severity: z.string(),
  openedAt: z.number(),
  noticedAt: z.number(),
  closedAt: z.nullable(z.number()),
  flapping: z.number(),
  members: z.number(),
});
const watchRow = z.object({
  site: z.string(),
  key: z.string(),
  status: z.string(),
  recoveryAt: z.nullable(z.number()),
});
const silenceRow = z.object({ site: z.string(), scope: z.string(), fromAt: z.number(), untilAt: z.number() });
const runRow = z.object({ site: z.string(), run: z.string(), status: z.string() });

function historyOf(
  startAt: number,
  endAt: number,
  sites: readonly Site[],
  database: SimulatedDatabase,
  told: Pick<History, "happenings" | "messages" | "answers">,
): History {
  const rows = <Row>(schema: z.ZodMiniType<Row>, sql: string): Row[] =>
    database.look(sql).map((row) => z.parse(schema, row));
  return {
    startAt,
    endAt,
    sites: sites.map((site) => site.simulated()),
    channels: [MAIL, OPS],
    remind: REMIND_MS,
    ...told,
    incidents: rows(
      incidentRow,
      `SELECT id, site, root, subject, severity, opened_at AS openedAt, noticed_at AS noticedAt, closed_at AS closedAt,
         flapping, json_array_length(members) AS members
       FROM incidents ORDER BY noticed_at, id`,
    ).map((row) => ({ ...row, flapping: row.flapping !== 0 })),
    silences: rows(
      silenceRow,
      `SELECT site, scope, from_at AS fromAt, until_at AS untilAt FROM acts
       WHERE kind = 'silence' AND until_at > from_at ORDER BY from_at, id`,
    ),
    watches: rows(
      watchRow,
      "SELECT site, key, status, facts->>'$.good.recoveryAt' AS recoveryAt FROM watches ORDER BY site, key",
    ),
    runs: rows(runRow, "SELECT site, id AS run, status FROM runs ORDER BY site, id"),
  };
}
