/** The claim that lets a simulated year pass in seconds: a sweep with nothing due writes its own instant and nothing else. */
import { expect, test } from "vitest";
import { AS_IT_IS, bundlesOf } from "./world/bundle.ts";
import { cageOf } from "./world/cage.ts";
import { chanceOf } from "./world/chance.ts";
import { channelsOf } from "./world/channels.ts";
import { clocksOf } from "./world/clocks.ts";
import { openSimulated, type SimulatedDatabase } from "./world/database.ts";
import { timeFrom } from "./world/time.ts";

const MINUTE = 60_000;
const START = Date.UTC(2027, 4, 1);

/** Every row of every table. */
function dump({ look }: SimulatedDatabase): Record<string, unknown> {
  const tables = look("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  return Object.fromEntries(
    tables.map(({ name }) => [String(name), look(`SELECT * FROM "${name}"`).map((row) => ({ ...row }))]),
  );
}

async function world() {
  const time = timeFrom(START);
  const database = openSimulated();
  const { look } = database;
  const later = START + 86_400_000_000;
  look(
    `INSERT INTO watches (site, key, version, spec, facts, status, reason, since_at, due_at)
     VALUES ('home', 'host:nas', 1, '{}', '{}', 'ok', '{}', ?, ?)`,
    START,
    later,
  );
  look(
    `INSERT INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts)
     VALUES ('a', 'home', 'i', 'opened', 'mail', '{}', 'pending', ?, ?, 1)`,
    START,
    later,
  );
  const channels = channelsOf(time, chanceOf(1, "channels"), database);
  const { worker } = await bundlesOf(AS_IT_IS);
  const cage = cageOf(
    worker,
    time,
    database,
    channels,
    { isSlow: () => true, databaseMs: () => 3, hit: () => "none" },
    chanceOf(1, "cage"),
  );
  return { time, database, cage };
}

test("a sweep with nothing due writes only when it was", async () => {
  const { time, database, cage } = await world();
  const sweepAt = async (at: number) => {
    const done = cage.scheduled(at);
    await time.runUntil(at + 1000);
    await done;
    return dump(database);
  };
  const first = await sweepAt(START + MINUTE);
  const second = await sweepAt(START + 2 * MINUTE);
  const [row] = database.look("SELECT * FROM sweeps");
  const at = START + 2 * MINUTE;
  expect(row).toMatchObject({ lease_until: 0, last_sweep_at: at, last_watches_due: 0, cron_at: at });
  expect(second).toEqual({ ...first, sweeps: [{ ...row }] });
  expect(first.sweeps).toEqual([{ ...row, last_sweep_at: START + MINUTE, cron_at: START + MINUTE }]);
});

test("sweeps that are left out leave the database as if each had been run", async () => {
  const real = await world();
  const leftOut = await world();
  for (const { time, cage } of [real, leftOut]) {
    cage.alarmAt = START + 90_000;
    const done = cage.scheduled(START);
    await time.runUntil(START + 1000);
    await done;
  }
  for (let minute = 1; minute <= 30; minute++) {
    const cron = real.cage.scheduled(START + minute * MINUTE);
    await real.time.runUntil(START + minute * MINUTE + 1000);
    await cron;
  }
  const clocks = clocksOf(leftOut.time, leftOut.database, leftOut.cage, () => undefined);
  const stopAlarm = clocks.stop("alarm");
  clocks.start();
  await leftOut.time.runUntil(START + 30 * MINUTE + 1000);
  clocks.before();
  stopAlarm();
  expect(leftOut.time.steps()).toBeLessThan(real.time.steps() / 2);
  expect(dump(leftOut.database)).toEqual(dump(real.database));
});
