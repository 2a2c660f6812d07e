/** The front door: who is let in, what each refusal says, and that a refused request writes nothing. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { BODY_MAX_BYTES } from "../../protocol/limits.ts";
import { problem, type Refusal } from "../../protocol/refusals.ts";
import { signedHeaders } from "../../protocol/signature.ts";
import { corenasPlan, HOUR, winvmPlan } from "./reference.ts";
import {
  beat,
  emptyDatabase,
  enrolled,
  iso,
  newCode,
  newKey,
  request,
  run,
  START,
  send,
  sendPlan,
  type TestHost,
} from "./support.ts";

let host: TestHost;

beforeEach(async () => {
  await emptyDatabase();
  host = await enrolled("home", "corenas", corenasPlan, START);
});

/** Everything that the worker keeps, as one text. */
async function everything(): Promise<string> {
  const tables = ["watches", "runs", "markers", "incidents", "deliveries", "plans", "keys", "enrollments"];
  const rows = await Promise.all(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`).all()));
  return JSON.stringify(rows.map(({ results }) => results));
}

/** Asserts that a request is refused with `code`, as a problem document, and that nothing was written. */
async function refused(code: Refusal["code"], act: () => Promise<Response>) {
  const before = await everything();
  const answer = await act();
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const document = problem.parse(await answer.json());
  expect(document.code).toBe(code);
  expect(document.status).toBe(answer.status);
  expect(await everything()).toBe(before);
  return document;
}

async function signed(
  value: unknown,
  change: (init: { headers: Record<string, string>; body: Uint8Array }) => RequestInit,
  path = "/v1/heartbeats",
) {
  const body = new Uint8Array(new TextEncoder().encode(JSON.stringify(value)));
  const url = "https://tierwatch.example/v1/heartbeats";
  const headers = await signedHeaders({ method: "POST", url, body }, host.key, START);
  return request(path, { method: "POST", ...change({ headers, body }) }, START);
}

const alive = { runs: [] };

describe("a heartbeat is refused", () => {
  test("when the body was changed on the way", () =>
    refused("bad_digest", () => signed(alive, ({ headers }) => ({ headers, body: '{"runs":[] }' }))));

  test("when it isn't signed", () =>
    refused("signature_missing", () =>
      signed(alive, ({ headers: { signature: _, ...headers }, body }) => ({ headers, body })),
    ));

  test("when another key signed it than it names", async () => {
    const other = await newKey("other");
    const forged = { ...host, key: { keyId: host.key.keyId, privateKey: other.key.privateKey } };
    await refused("bad_signature", () => beat(forged, {}, START));
  });

  test("when it is replayed to another path", () =>
    refused("bad_signature", () => signed(corenasPlan, (init) => init, "/v1/heartbeats?again=1")));

  test("when the host is unknown", async () => {
    const stranger = await newKey("stranger");
    await refused("unknown_host", () => beat(stranger, {}, START));
  });

  test("when the key was revoked", async () => {
    await env.DB.prepare("UPDATE keys SET revoked_at = ? WHERE key_id = ?").bind(START, host.key.keyId).run();
    await refused("key_revoked", () => beat(host, {}, START));
  });

  test("when its clock is off, with the server's time to correct it by", async () => {
    const document = await refused("clock_skew", () => beat(host, {}, START, START - HOUR));
    expect(document.serverTime).toBe(iso(START));
  });

  test("when the body is over the limit, whether or not it says so", async () => {
    const body = new Uint8Array(BODY_MAX_BYTES + 1).fill(32);
    const headers = { "content-type": "application/json" };
    await refused("body_too_large", () => request("/v1/heartbeats", { method: "POST", headers, body }, START));
    const stream = new Blob([body]).stream();
    await refused("body_too_large", () => request("/v1/heartbeats", { method: "POST", headers, body: stream }, START));
  });

  test("when it isn't JSON by its media type", () =>
    refused("unsupported_media_type", () =>
      signed(alive, ({ headers, body }) => ({ headers: { ...headers, "content-type": "text/plain" }, body })),
    ));

  test("when a field is unknown or malformed, naming it", async () => {
    const unknown = await refused("malformed", () =>
      send(host, "POST", "/v1/heartbeats", { runs: [], mood: "good" }, START),
    );
    expect(JSON.stringify(unknown.errors)).toContain("mood");
    const bad = { ...run("nightly", 1, START), seq: -1 };
    const named = await refused("malformed", () => send(host, "POST", "/v1/heartbeats", { runs: [bad] }, START));
    expect(named.errors?.map(({ path }) => path)).toContain("runs.0.seq");
  });

  test("by any other method, and at any other address", async () => {
    await refused("method_not_allowed", () => request("/v1/heartbeats", { method: "DELETE" }, START));
    await refused("not_found", () => request("/v1/nothing", {}, START));
  });
});

describe("a heartbeat is answered", () => {
  test("with the runs that are held, the server's time and the last sweep", async () => {
    const one = run("nightly", 1, START);
    const answer = await beat(host, { runs: [one] }, START + 1000);
    expect(await answer.json()).toEqual({ runs: [one.id], serverTime: iso(START + 1000), lastSweepAt: null });
    const held = await env.DB.prepare("SELECT id, status, detail FROM runs").all();
    expect(held.results).toEqual([{ id: one.id, status: "succeeded", detail: JSON.stringify({ exitCode: 0 }) }]);
  });

  test("and takes the known offset of the host's clock off its times", async () => {
    const ahead = run("nightly", 1, START + HOUR);
    await beat(host, { runs: [ahead], clockOffsetSeconds: 3600 }, START + 60_000);
    const held = await env.DB.prepare("SELECT finished_at FROM runs").first("finished_at");
    expect(held).toBe(START);
  });

  test("and never believes a time later than its signature", async () => {
    await beat(host, { runs: [run("nightly", 1, START + 10 * HOUR)] }, START + 60_000);
    expect(await env.DB.prepare("SELECT finished_at FROM runs").first("finished_at")).toBe(START + 60_999);
  });
});

describe("an enrolment", () => {
  const enroll = async (code: string, who: TestHost, now = START) =>
    send(who, "POST", "/v1/enrollments", { code, publicKey: who.publicKey }, now);

  test("turns a code into a host once; the same host may ask again, another may not", async () => {
    const [first, second] = [await newKey("winvm"), await newKey("thief")];
    const code = await newCode("home", "winvm", START + 900_000);
    const answer = await enroll(code, first);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ site: "home", host: "winvm", keyId: first.key.keyId });
    await refused("code_refused", () => enroll(code, second));
    expect((await enroll(code, first)).status).toBe(201);
    expect((await beat(first, {}, START)).status).toBe(200);
  });

  test("is refused alike for a wrong, a spent and an expired code", async () => {
    const who = await newKey("winvm");
    const expired = await newCode("home", "winvm", START);
    const wrong = await refused("code_refused", () => enroll("A".repeat(22), who));
    const late = await refused("code_refused", () => enroll(expired, who));
    expect({ ...late }).toEqual({ ...wrong });
  });

  test("is refused when another key signs than the one it brings", async () => {
    const [who, other] = [await newKey("winvm"), await newKey("other")];
    const code = await newCode("home", "winvm", START + 900_000);
    await refused("bad_signature", () => enroll(code, { ...other, publicKey: who.publicKey }));
  });

  test("gives the host a deadline before it was ever heard of", async () => {
    const who = await newKey("winvm");
    await enroll(await newCode("home", "winvm", START + 900_000), who);
    const watch = await env.DB.prepare("SELECT status, due_at FROM watches WHERE key = 'host:winvm'").first();
    expect(watch).toEqual({ status: "pending", due_at: START + 2 * HOUR });
  });
});

describe("a plan", () => {
  test("that contradicts another host's is refused with both named, and changes nothing", async () => {
    const winvm = await enrolled("home", "winvm", winvmPlan, START);
    const contrary = {
      ...winvmPlan,
      datasets: [
        { name: "apps", born: "archive" },
        { name: "photos", born: "archive" },
      ],
    };
    const document = await refused("plan_conflict", () => sendPlan(winvm, contrary, START + 1000));
    expect(document.errors?.[0]?.message).toMatch(/"apps".*(corenas.*winvm|winvm.*corenas)/);
  });

  test("put again does not postpone a deadline that runs", async () => {
    const due = () =>
      env.DB.prepare(
        "SELECT json_extract(spec, '$.plannedAt') AS at FROM watches WHERE key = 'job:corenas/nightly'",
      ).first("at");
    await sendPlan(host, { ...corenasPlan, beat: { everySeconds: 600, graceSeconds: 600 } }, START + HOUR);
    expect(await due()).toBe(START);
  });

  test("that drops a job drops its watch and its copies", async () => {
    await sendPlan(host, { ...corenasPlan, jobs: corenasPlan.jobs.slice(1) }, START + HOUR);
    const keys = await env.DB.prepare("SELECT key FROM watches").all<{ key: string }>();
    expect(keys.results.map(({ key }) => key)).not.toContain("job:corenas/nightly");
    expect(keys.results.map(({ key }) => key)).not.toContain("copy:apps/archive");
  });

  test("that watches less is told to every channel once, also when it is put again", async () => {
    const less = { ...corenasPlan, jobs: corenasPlan.jobs.slice(1) };
    for (const at of [START + HOUR, START + HOUR + 1000]) await sendPlan(host, less, at);
    const told = await env.DB.prepare("SELECT channel, alert FROM deliveries").all<{
      channel: string;
      alert: string;
    }>();
    expect(told.results.map(({ channel }) => channel)).toEqual(["mail"]);
    expect(JSON.parse(told.results[0]?.alert ?? "")).toMatchObject({
      kind: "notice",
      title: "home: corenas asks to be watched less",
      lines: expect.arrayContaining(["- nightly on corenas is no longer watched"]),
    });
  });

  test("that is the host's first says nothing, however seldom it asks for a beat", async () => {
    const seldom = { ...winvmPlan, beat: { everySeconds: 86_400, graceSeconds: 86_400 } };
    await enrolled("home", "winvm", seldom, START);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM deliveries").first("n")).toBe(0);
  });

  test("that watches more says nothing", async () => {
    await sendPlan(host, { ...corenasPlan, beat: { everySeconds: 60, graceSeconds: 60 } }, START + HOUR);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM deliveries").first("n")).toBe(0);
  });
});
