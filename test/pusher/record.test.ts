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
    const record = finishedRecord(
      start,
      { finishedAt: STARTED, tookMs: 0 },
      { status: "succeeded", depths },
      NOTHING_FOUND,
      "",
      as,
    );
    expect(z.parse(run, record).depths).toEqual(depths.slice(1));
  });
});

describe("the times of a finished run", () => {
  const MINUTE = 60_000;
  const times = (finishedAt: number, tookMs: number) => {
    const record = finishedRecord(start, { finishedAt, tookMs }, { status: "succeeded" }, NOTHING_FOUND, "", as);
    const { startedAt, finishedAt: ended } = z.parse(run, record);
    return [startedAt, ended];
  };

  it.each([
    ["a right clock", 10 * MINUTE, 10 * MINUTE, "02:00:00.000", "02:10:00.000"],
    ["a clock set back before the start", -20 * MINUTE, 10 * MINUTE, "01:30:00.000", "01:40:00.000"],
    ["a clock set back by less than the run took", 4 * MINUTE, 10 * MINUTE, "01:54:00.000", "02:04:00.000"],
    ["a clock slewed back by a fraction", 10 * MINUTE - 1_200, 10 * MINUTE, "02:00:00.000", "02:09:58.800"],
    ["a clock slewed back during a run of no length", -500, 0, "02:00:00.000", "02:00:00.000"],
    ["a clock set forward", 8 * 60 * MINUTE, 10 * MINUTE, "09:50:00.000", "10:00:00.000"],
    ["a machine that slept", 8 * 60 * MINUTE, 8 * 60 * MINUTE, "02:00:00.000", "10:00:00.000"],
  ])("with %s", (_, wallMs, tookMs, startedAt, finishedAt) => {
    const day = (time: string) => `2026-11-23T${time}Z`;
    expect(times(STARTED + wallMs, tookMs)).toEqual([day(startedAt), day(finishedAt)]);
  });
});

describe("the record of a run that goes on", () => {
  it("says when it last moved, not before its start though the clock was set back", () => {
    expect(z.parse(run, startedRecord(start, STARTED + 1_000)).progressAt).toBe("2026-11-23T02:00:01.000Z");
    expect(z.parse(run, startedRecord(start, STARTED - 1_000)).progressAt).toBe("2026-11-23T02:00:00.000Z");
  });
});
