import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type * as z from "zod/mini";
import { enrollment } from "../../protocol/enrollment.ts";
import { count, id, instant, name, seconds } from "../../protocol/fields.ts";
import { heartbeat } from "../../protocol/heartbeat.ts";
import { plan } from "../../protocol/plan.ts";
import { malformed } from "../../protocol/refusals.ts";
import { anyHeartbeat } from "./arbitraries.ts";
import { ENROLLMENT, HEARTBEAT, PLAN } from "./vectors.ts";

const MESSAGES = [
  ["enrollment", enrollment, ENROLLMENT.body],
  ["plan", plan, PLAN.body],
  ["heartbeat", heartbeat, HEARTBEAT.body],
] as const;

/** The faults that a sender is told of. */
function faultsOf(schema: z.ZodMiniType, value: unknown) {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : (malformed(parsed.error).errors ?? []);
}

/** Paths of all objects within a JSON value, the whole included. */
function objectPaths(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, child]) => objectPaths(child, [...path, key]));
  return Array.isArray(value) ? inner : [path, ...inner];
}

/** A copy of a JSON text's value in which `change` was applied to what lies at `path`. */
function changedAt(body: string, path: readonly string[], change: (value: object) => object): unknown {
  const within = (value: unknown, rest: readonly string[]): unknown => {
    if (typeof value !== "object" || value === null) throw new Error(`nothing lies at ${path.join(".")}`);
    const [key, ...more] = rest;
    if (key === undefined) return change(value);
    const entries = Object.entries(value).map(([at, child]) => [at, at === key ? within(child, more) : child]);
    return Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
  };
  return within(JSON.parse(body), path);
}

describe.each(MESSAGES)("the %s of the vectors", (_, schema, body) => {
  test("fits its schema unchanged", () => {
    expect(schema.parse(JSON.parse(body))).toEqual(JSON.parse(body));
  });

  test.each(objectPaths(JSON.parse(body)).map((path) => [path.join(".") || "the top", path] as const))(
    "is refused with an unknown field at %s, which is named",
    (_, path) => {
      const faults = faultsOf(
        schema,
        changedAt(body, path, (value) => ({ ...value, mood: "good" })),
      );
      expect(faults).toEqual([{ path: path.join("."), message: 'unknown "mood"' }]);
    },
  );

  test.each([null, 7, "text", []])("is refused as %j", (value) => {
    expect(faultsOf(schema, value)).toHaveLength(1);
  });
});

test("every heartbeat that the contract allows survives JSON", () => {
  fc.assert(
    fc.property(anyHeartbeat, (beat) => {
      expect(heartbeat.parse(JSON.parse(JSON.stringify(beat)))).toEqual(beat);
    }),
  );
});

const FIRST_RUN = ["runs", "0"];
const FIRST_SIGHTING = [...FIRST_RUN, "seen", "0"];

describe("a run", () => {
  const changed = (change: object) => changedAt(HEARTBEAT.body, FIRST_RUN, (run) => ({ ...run, ...change }));

  test.each([
    ["started, with an end", { status: "started" }],
    ["over, without an end", { finishedAt: undefined }],
  ])("is refused as %s", (_, change) => {
    const message = "finishedAt has to be absent exactly when status is started";
    expect(faultsOf(heartbeat, changed(change))).toEqual([{ path: "runs.0", message }]);
  });

  test("is taken as started, without an end", () => {
    expect(faultsOf(heartbeat, changed({ status: "started", finishedAt: undefined }))).toEqual([]);
  });

  test("has a known status, and the known ones are named", () => {
    const [fault] = faultsOf(heartbeat, changed({ status: "done" }));
    expect(fault).toMatchObject({ path: "runs.0.status", message: expect.stringContaining('"timed_out"') });
  });
});

test.each([{ missing: 1 }, { sampled: 21 }])("a sighting whose counts do not add up is refused: %j", (change) => {
  const body = changedAt(HEARTBEAT.body, FIRST_SIGHTING, (seen) => ({ ...seen, ...change }));
  expect(faultsOf(heartbeat, body)).toMatchObject([{ path: "runs.0.seen.0" }]);
});

describe("a job", () => {
  const changed = (job: object) => changedAt(PLAN.body, ["jobs"], () => [job]);
  const looking = { name: "health", kind: "zfs-health", schedule: { everySeconds: 60 }, graceSeconds: 0 };
  const carrying = { ...looking, from: "a", to: "b", datasets: ["apps"], windowSeconds: 60, proof: "run" };

  test.each([
    ["only looks", looking],
    ["only looks at a tier", { ...looking, tier: "archive" }],
    ["carries", carrying],
    ["carries on a cron schedule", { ...carrying, schedule: { cron: "0 2 * * *", zone: "Europe/Riga" } }],
  ])("that %s is taken", (_, job) => {
    expect(faultsOf(plan, changed(job))).toEqual([]);
  });

  test.each([
    ["carries and has no window", { ...carrying, windowSeconds: undefined }, "jobs.0.windowSeconds"],
    ["carries nothing", { ...carrying, datasets: [] }, "jobs.0.datasets"],
    ["has a cron expression without a zone", { ...looking, schedule: { cron: "0 2 * * *" } }, "jobs.0.schedule.zone"],
    ["has no schedule", { ...looking, schedule: undefined }, "jobs.0.schedule"],
  ])("that %s is refused, naming the field", (_, job, path) => {
    expect(faultsOf(plan, changed(job)).map((fault) => fault.path)).toContain(path);
  });
});

describe("an instant", () => {
  test.each(["2026-11-23T02:00:00Z", "2026-11-23T02:00:00.5Z", "2024-02-29T23:59:59.999999999Z"])(
    "may be written %s",
    (value) => expect(instant.safeParse(value).success).toBe(true),
  );

  test.each([
    "2026-11-23T02:00Z",
    "2026-11-23T02:00:00+00:00",
    "2026-11-23T02:00:00",
    "2026-11-23 02:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-11-23T24:00:00Z",
    "1795399200",
  ])("may not be written %s", (value) => expect(instant.safeParse(value).success).toBe(false));
});

describe("a name", () => {
  test.each(["a", "nightly", "3-2-1", "n".repeat(63)])("may be %s", (value) => {
    expect(name.safeParse(value).success).toBe(true);
  });

  test.each(["", "Nightly", "-a", "a-", "a b", "a_b", "a/b", "ä", "a\n", "n".repeat(64)])("may not be %j", (value) => {
    expect(name.safeParse(value).success).toBe(false);
  });
});

test("an id is a UUID", () => {
  expect(id.safeParse("0b4c1d5e-6f70-4a81-92b3-c4d5e6f70819").success).toBe(true);
  expect(id.safeParse("0b4c1d5e6f704a8192b3c4d5e6f70819").success).toBe(false);
});

test("a duration is whole seconds, from one second to 366 days", () => {
  const values = [0, 1, 1.5, 366 * 86_400, 366 * 86_400 + 1];
  expect(values.map((value) => seconds.safeParse(value).success)).toEqual([false, true, false, true, false]);
});

test("a count is a whole number that a JavaScript number holds exactly", () => {
  const values = [-1, 0, 0.5, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1, "1"];
  expect(values.map((value) => count.safeParse(value).success)).toEqual([false, true, false, true, false, false]);
});
