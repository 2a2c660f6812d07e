import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Run } from "../../protocol/heartbeat.ts";
import { put, read, type Spool, settle, shrink, spoolOf, waiting } from "../../pusher/spool.ts";

let folder: string;
let warnings: string[];
let spool: Spool;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-spool-"));
  warnings = [];
  spool = spoolOf(folder, (line) => void warnings.push(line));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const id = (seq: number) => `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`;
const at = (seq: number) => new Date(Date.UTC(2026, 10, 1) + seq * 1000).toISOString();
const started = (seq: number): Run => ({ id: id(seq), job: "nightly", seq, status: "started", startedAt: at(seq) });
const finished = (seq: number, more: Partial<Run> = {}): Run => ({
  ...started(seq),
  status: "succeeded",
  finishedAt: at(seq),
  ...more,
});
const runs = () => waiting(spool).map((name) => read(spool, name)?.run);

describe("the spool", () => {
  it("gives back what was put, in the order the runs started", () => {
    for (const seq of [10, 2, 33, 1]) put(spool, finished(seq));
    expect(runs()).toEqual([1, 2, 10, 33].map((seq) => finished(seq)));
  });

  it("replaces the start of a run by its finish", () => {
    put(spool, started(1));
    put(spool, finished(1));
    expect(runs()).toEqual([finished(1)]);
    expect(readdirSync(spool.folder)).toHaveLength(1);
  });

  it("keeps a finish that was written while its start was being sent", () => {
    put(spool, started(1));
    const [name] = waiting(spool);
    const sent = name && read(spool, name);
    put(spool, finished(1));
    if (sent) settle(spool, sent);
    expect(runs()).toEqual([finished(1)]);
  });

  it("keeps a record that became another since it was sent", () => {
    put(spool, finished(1));
    const [name] = waiting(spool);
    const sent = name && read(spool, name);
    put(spool, finished(1, { exitCode: 3 }));
    if (sent) settle(spool, sent);
    expect(runs()).toEqual([finished(1, { exitCode: 3 })]);
  });

  it("takes up what a pusher that is no more had written whole, and drops what is torn", () => {
    const names = [1, 2, 3].map((seq) => put(spool, finished(seq)).file);
    const gone = spawnSync("true").pid;
    const left = (file: string | undefined, pid: number) => join(spool.folder, `.tmp-${pid}-7-${file}`);
    const [first, second, third] = names.map((file) => join(spool.folder, file));
    renameSync(first ?? "", left(names[0], gone));
    renameSync(second ?? "", left(names[1], gone));
    writeFileSync(left(names[1], gone), readFileSync(left(names[1], gone), "utf8").slice(0, 60));
    renameSync(third ?? "", left(names[2], process.pid));
    expect(runs()).toEqual([finished(1)]);
    expect(readdirSync(spool.folder).sort()).toEqual([left(names[2], process.pid).split("/").at(-1), names[0]].sort());
    expect(warnings).toEqual([]);
  });

  it("sets damaged records aside with a message, and gives the others", () => {
    put(spool, finished(1));
    put(spool, finished(2));
    put(spool, finished(3));
    const [half, empty] = waiting(spool).map((name) => join(spool.folder, name.file));
    writeFileSync(half ?? "", readFileSync(half ?? "", "utf8").slice(0, 40));
    writeFileSync(empty ?? "", "");
    expect(runs()).toEqual([undefined, undefined, finished(3)]);
    expect(runs()).toEqual([finished(3)]);
    expect(readdirSync(join(spool.folder, "aside"))).toHaveLength(2);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^set a spooled record aside, it is damaged: .*; look at it and delete it$/);
  });

  it("leaves strange files alone and clears temp files of dead processes", () => {
    mkdirSync(spool.folder, { recursive: true });
    writeFileSync(join(spool.folder, "notes.txt"), "mine");
    writeFileSync(join(spool.folder, ".tmp-999999999-1-x.json"), "{");
    writeFileSync(join(spool.folder, `.tmp-${process.pid}-1-x.json`), "{");
    expect(waiting(spool)).toEqual([]);
    expect(readdirSync(spool.folder).sort()).toEqual([`.tmp-${process.pid}-1-x.json`, "notes.txt"]);
  });

  it("drops the oldest log tails first when it is over its bound, and never a result", () => {
    const logTail = "x".repeat(1_000);
    for (let seq = 1; seq <= 10; seq += 1) put(spool, finished(seq, { logTail }));
    shrink(spool, 6_000);
    const kept = runs().map((run) => run?.logTail !== undefined);
    expect(kept).toHaveLength(10);
    expect(kept.indexOf(true)).toBeGreaterThan(0);
    expect(kept.slice(kept.indexOf(true))).not.toContain(false);
    expect(warnings[0]).toContain("no result was dropped");
  });

  it("drops the oldest starts next, when tails are not enough", () => {
    for (let seq = 1; seq <= 10; seq += 1) put(spool, seq % 2 === 0 ? finished(seq) : started(seq));
    shrink(spool, 1_000);
    expect(runs().filter((run) => run?.status === "succeeded")).toHaveLength(5);
    expect(runs().filter((run) => run?.status === "started").length).toBeLessThan(5);
  });
});
