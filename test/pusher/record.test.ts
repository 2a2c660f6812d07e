import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { run } from "../../protocol/heartbeat.ts";
import { DEPTHS_MAX } from "../../protocol/limits.ts";
import { finishedRecord, NOTHING_FOUND, startedRecord } from "../../pusher/record.ts";

const STARTED = Date.parse("2026-11-23T02:00:00Z");
const start = { id: "0b4c1d5e-6f70-4a81-92b3-c4d5e6f70819", job: "nightly", seq: 1, startedAt: STARTED };
const as = (text: string) => text;

describe("the record of a finished run", () => {
  it("carries how far back its copies reach, as many as the wire takes", () => {
    const depth = { dataset: "apps", tier: "archive", at: "2026-11-23T02:04:00.000Z", versions: 0 };
    const depths = Array.from({ length: DEPTHS_MAX + 1 }, () => depth);
    const record = finishedRecord(start, STARTED, { status: "succeeded", depths }, NOTHING_FOUND, "", as);
    expect(z.parse(run, record).depths).toEqual(depths.slice(1));
  });
});

describe("the record of a run that goes on", () => {
  it("says when it last moved, not before its start though the clock was set back", () => {
    expect(z.parse(run, startedRecord(start, STARTED + 1_000)).progressAt).toBe("2026-11-23T02:00:01.000Z");
    expect(z.parse(run, startedRecord(start, STARTED - 1_000)).progressAt).toBe("2026-11-23T02:00:00.000Z");
  });
});
