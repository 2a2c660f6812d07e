import { describe, expect, test } from "vitest";
import { heartbeat } from "../../protocol/heartbeat.ts";
import { malformed, problem, problemOf, refuse } from "../../protocol/refusals.ts";

const NOW = Date.parse("2026-11-23T02:00:00Z");
const CODES = problem.shape.code.options;

describe.each(CODES)("the refusal %s", (code) => {
  test("is a problem document with its own status, sentence and the server's time", async () => {
    const response = refuse({ code }, NOW);
    const document = problem.parse(await response.json());
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.status).toBe(document.status);
    expect(document.status).toBeGreaterThanOrEqual(400);
    expect(document).toMatchObject({
      code,
      type: `urn:tierwatch:problem:${code}`,
      serverTime: "2026-11-23T02:00:00.000Z",
    });
    expect(document.title).toMatch(/^[A-Z].*\.$/);
  });

  test("is kept by no cache", () => {
    expect(refuse({ code }, NOW).headers.get("cache-control")).toBe("no-store");
  });
});

test("no two refusals say the same", () => {
  const titles = CODES.map((code) => problemOf({ code }, NOW).title);
  expect(new Set(titles).size).toBe(CODES.length);
});

test("a refusal says what exactly only when it knows", () => {
  expect(problemOf({ code: "not_found" }, NOW)).not.toHaveProperty("detail");
  expect(problemOf({ code: "not_found", detail: "here" }, NOW)).toMatchObject({ detail: "here" });
});

test("a body with many faults is answered with the first ten", () => {
  const parsed = heartbeat.safeParse({ runs: Array.from({ length: 11 }, () => 7) });
  if (parsed.success) throw new Error("eleven numbers are no runs");
  expect(malformed(parsed.error).errors).toHaveLength(10);
});
