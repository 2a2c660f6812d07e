/** What a host is told of itself: its own watches and no others, by the signature of every request, and without a trace. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { carries } from "../../protocol/plan.ts";
import { problem } from "../../protocol/refusals.ts";
import { statusAnswer } from "../../protocol/status.ts";
import { corenasPlan, HOUR, winvmPlan } from "./reference.ts";
import { emptyDatabase, enrolled, newKey, request, START, send, sweepAt, type TestHost } from "./support.ts";

let corenas: TestHost;
let winvm: TestHost;

beforeEach(async () => {
  await emptyDatabase();
  corenas = await enrolled("home", "corenas", corenasPlan, START);
  winvm = await enrolled("home", "winvm", winvmPlan, START);
  await enrolled("cabin", "corenas", corenasPlan, START);
});

const ask = (host: TestHost, now: number) => send(host, "POST", "/v1/status", {}, now);

async function told(host: TestHost, now: number) {
  const answer = await ask(host, now);
  expect(answer.status).toBe(200);
  return statusAnswer.parse(await answer.json());
}

test("a host is told of itself, its jobs, and the copies that they feed", async () => {
  const { watches, serverTime } = await told(corenas, START);
  expect(serverTime).toBe(new Date(START).toISOString());
  expect(watches[0]).toMatchObject({ kind: "host", name: "corenas", status: "pending" });
  const names = watches.map(({ kind, name }) => `${kind} ${name}`);
  const jobs = corenasPlan.jobs.map(({ name }) => `job ${name}`);
  expect(names.filter((name) => name.startsWith("job "))).toEqual(jobs.toSorted());
  const fed = corenasPlan.jobs
    .filter(carries)
    .flatMap(({ to, datasets }) => datasets.map((name) => `copy ${name}/${to}`));
  expect(names.filter((name) => name.startsWith("copy "))).toEqual([...new Set(fed)].toSorted());
  const others = (await told(winvm, START)).watches.filter(({ kind }) => kind !== "copy");
  expect(others.map(({ name }) => name)).toEqual(["winvm", ...winvmPlan.jobs.map(({ name }) => name).toSorted()]);
});

test("it hears why it is missed, and that asking is no sign of life", async () => {
  const later = START + 48 * HOUR;
  await ask(corenas, later - 1000);
  await sweepAt(later);
  const { watches, lastSweepAt } = await told(corenas, later);
  expect(lastSweepAt).toBe(new Date(later).toISOString());
  expect(watches[0]).toMatchObject({
    status: expect.stringMatching(/missed|blocked/),
    reason: expect.stringMatching(/\.$/),
  });
});

test("it is refused to whom every request is, and writes nothing", async () => {
  const everything = async () => JSON.stringify((await env.DB.prepare("SELECT * FROM watches").all()).results);
  const before = await everything();
  const stranger = await ask(await newKey("stranger"), START);
  expect(problem.parse(await stranger.json()).code).toBe("unknown_host");
  const unsigned = await request(
    "/v1/status",
    { method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
    START,
  );
  expect(unsigned.status).toBe(400);
  const more = await send(corenas, "POST", "/v1/status", { site: "cabin" }, START);
  expect(problem.parse(await more.json()).code).toBe("malformed");
  expect((await request("/v1/status", { method: "GET" }, START)).status).toBe(405);
  await ask(corenas, START);
  expect(await everything()).toBe(before);
});
