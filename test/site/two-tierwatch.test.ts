/** Two real workers, each the other's watchdog: whichever stops looking at deadlines, the other one's owner is told, and told when it is back. */
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { type RunningWorker, startWorker } from "./worker.ts";

/** A little more than a minute, so that between two sweeps the other clock fired. */
const STEP = 61_000;
const HOUR = 3_600_000;

/** An address that is known before the worker behind it is there: each needs the other's. */
interface Door {
  readonly url: string;
  leadsTo: string;
  readonly close: () => Promise<void>;
}

async function openDoor(): Promise<Door> {
  const server = createServer(async (request, response) => {
    const answer = await fetch(new URL(request.url ?? "/", door.leadsTo));
    response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = z.parse(z.object({ port: z.number() }), server.address());
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  const door: Door = { url: `http://127.0.0.1:${port}`, leadsTo: "", close };
  return door;
}

const doors: Door[] = [];
const workers: RunningWorker[] = [];

beforeAll(async () => {
  doors.push(await openDoor(), await openDoor());
  for (const [i, door] of doors.entries()) {
    const worker = await startWorker({ WATCHDOG_URL: `${doors[1 - i]?.url}/healthz` });
    workers.push(worker);
    door.leadsTo = worker.url;
  }
});

afterAll(async () => {
  for (const one of [...workers, ...doors]) await one.close();
});

test.each([
  ["first", 0],
  ["second", 1],
] as const)("the %s tells its owner when the other stops, and when it is back", async (_, index) => {
  const [watching, watched] = [workers[index], workers[1 - index]];
  if (watching === undefined || watched === undefined) throw new Error("both workers were started");
  const told = () => watching.alerts.map(({ data }) => data.title);
  const [now, toldBefore] = [Date.now(), watched.alerts.length];
  await watched.clocksStoppedAt(now - HOUR);
  await watched.sweepAt(Date.now());
  await watching.sweepAt(now + HOUR);
  expect(told()).toEqual([]);
  await watched.clocksStoppedAt(now - HOUR);
  for (let step = 1; step <= 17; step++) await watching.sweepAt(now + HOUR + step * STEP);
  expect(told()).toEqual([expect.stringMatching(/^Tierwatch: its watchdog could not be called for 15 min/)]);
  expect(watching.alerts[0]?.data.lines[0]).toContain("answered 503");
  await watched.sweepAt(Date.now());
  // The first of them finds it back, the next one says so.
  for (const step of [18, 19]) await watching.sweepAt(now + HOUR + step * STEP);
  expect(told().slice(1)).toEqual(["Tierwatch: its watchdog can be called again"]);
  expect(watched.alerts).toHaveLength(toldBefore);
});
