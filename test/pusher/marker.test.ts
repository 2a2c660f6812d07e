import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderCopy } from "../../pusher/copies.ts";
import { WALK_PAGE_NAMES } from "../../pusher/limits.ts";
import { judgeSample, look } from "../../pusher/look.ts";
import { MARKER_FILE, type Marker, parseMarker, writeMarker } from "../../pusher/marker.ts";
import { drawSamples } from "../../pusher/samples.ts";
import { filesAfter } from "../../pusher/walk.ts";

const NOW = Date.UTC(2026, 10, 23);
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tierwatch-marker-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string, writtenAt = NOW - 3_600_000): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  utimesSync(file, writtenAt / 1000, writtenAt / 1000);
}
const drawnFrom = async (wanted: number, after = "") =>
  (await drawSamples(root, wanted, after, { now: NOW })).samples.map((sample) => sample.path);

describe("drawing samples", () => {
  it("covers every file of any tree over successive markers, each time at most as many as wanted", async () => {
    const part = fc.stringMatching(/^[a-c]{1,2}$/);
    const tree = fc.uniqueArray(
      fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(tree, fc.integer({ min: 1, max: 5 }), async (paths, wanted) => {
        rmSync(root, { recursive: true, force: true });
        mkdirSync(root);
        const files = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
        for (const path of files) write(path, path);
        const covered = new Set<string>();
        let after = "";
        for (let marker = 0; marker <= Math.ceil(files.length / wanted); marker += 1) {
          const drawn = await drawSamples(root, wanted, after, { now: NOW });
          const names = drawn.samples.map((sample) => sample.path);
          expect(names.length).toBe(Math.min(wanted, files.length));
          expect(new Set(names).size).toBe(names.length);
          for (const name of names) covered.add(name);
          after = drawn.after;
        }
        expect([...covered].sort()).toEqual([...files].sort());
      }),
      { numRuns: 60 },
    );
  });

  it("covers files of any size that may be sampled, in no more bytes than a marker may name", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 4 }), async (files, wanted) => {
        rmSync(root, { recursive: true, force: true });
        mkdirSync(root);
        for (const [index, size] of files.entries()) write(`f${String(index).padStart(2, "0")}`, "x".repeat(size));
        const most = { each: 7, all: 10 };
        const covered = new Set<string>();
        let after = "";
        for (let marker = 0; marker < files.length + 1; marker += 1) {
          const drawn = await drawSamples(root, wanted, after, { now: NOW, most });
          expect(drawn.samples.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(most.all);
          for (const { path } of drawn.samples) covered.add(path);
          after = drawn.after;
        }
        expect(covered.size).toBe(files.filter((size) => size <= most.each).length);
      }),
      { numRuns: 60 },
    );
  });

  it("that has no more time goes on next time where it stopped, also among folders without files", async () => {
    for (let index = 0; index < 6; index += 1) mkdirSync(join(root, `empty-${index}`));
    write("last", "x");
    const covered: string[] = [];
    let after = "";
    for (let marker = 0; marker < 8; marker += 1) {
      let looks = 0;
      const isOver = () => {
        looks += 1;
        return looks > 3;
      };
      const drawn = await drawSamples(root, 1, after, { now: NOW, isOver });
      covered.push(...drawn.samples.map(({ path }) => path));
      after = drawn.after;
    }
    expect(covered).toContain("last");
  });

  it("goes on although the file it stopped at, or its folder, is gone", async () => {
    for (const path of ["a/1", "b/1", "c/1"]) write(path, path);
    expect(await drawnFrom(1, "b/0")).toEqual(["b/1"]);
    expect(await drawnFrom(1, "bb/7/x")).toEqual(["c/1"]);
    expect(await drawnFrom(2, "c/1")).toEqual(["a/1", "b/1"]);
    expect(await drawnFrom(2, "z")).toEqual(["a/1", "b/1"]);
  });

  it("leaves out what is empty, still being written, linked, or a tool's own", async () => {
    write("good", "good");
    write("empty", "");
    write("fresh", "fresh", NOW - 1_000);
    write("from-the-future", "x", NOW + 3_600_000);
    write(".stversions/old", "old");
    write(".stfolder/x", "x");
    write("photo.sync-conflict-20261101-101010-ABCDEFG.jpg", "x");
    write(MARKER_FILE, "{}");
    symlinkSync(join(root, "good"), join(root, "link"));
    symlinkSync(root, join(root, "loop"));
    expect(await drawnFrom(10)).toEqual(["good"]);
  });

  it("walks a folder of more names than it keeps at a time, in order and each once", async () => {
    const names = Array.from({ length: 2 * WALK_PAGE_NAMES + 100 }, (_, index) => `f${(index * 7919) % 10_007}`);
    for (const name of names) writeFileSync(join(root, name), "x");
    const found: string[] = [];
    for await (const path of filesAfter(root, "f5", { entries: 1_000_000 })) found.push(path);
    expect(found).toEqual(names.filter((name) => name > "f5").sort());
  });

  it("looks at no more entries than it may", async () => {
    for (let index = 0; index < 20; index += 1) write(`f${index}`, "x");
    const found: string[] = [];
    for await (const path of filesAfter(root, "", { entries: 5 })) found.push(path);
    expect(found).toHaveLength(5);
  });
});

describe("a marker", () => {
  const content: Marker = {
    version: 1,
    id: "00000000-0000-4000-8000-000000000001",
    dataset: "apps",
    tier: "fast",
    writtenAt: "2026-11-23T00:00:00.000Z",
    samples: [],
  };

  it("is read back as it was written, over an older one", async () => {
    writeMarker(root, { ...content, samples: [{ path: "x", size: 1, mtimeMs: 1.5, sha256: "00" }] });
    writeMarker(root, content);
    expect(await folderCopy("apps", root).marker()).toEqual({ ok: true, value: content });
  });

  it("is not written where the dataset's folder is not there", () => {
    expect(writeMarker(join(root, "unmounted"), content)).toMatchObject({ ok: false });
  });

  it("of another dataset, or damaged, is refused in words", () => {
    expect(parseMarker(JSON.stringify(content), "photos")).toEqual({
      ok: false,
      failure: "the marker found is of dataset apps, not photos: is the path right?",
    });
    expect(parseMarker("{", "apps").ok).toBe(false);
    expect(parseMarker(JSON.stringify({ ...content, version: 2 }), "apps").ok).toBe(false);
  });

  it("survives any text in its place", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseMarker(text, "apps")));
  });
});

describe("a sampled file", () => {
  const recorded = { path: "a", size: 3, mtimeMs: 1_000_000, sha256: "aa" };
  const found = { size: 3, mtimeMs: 1_000_000, sha256: "bb" };
  const untouched = { size: 3, mtimeMs: 1_000_000 };
  const rewritten = { size: 3, mtimeMs: 9_000_000 };

  it("matches by its bytes, whatever its times say", () => {
    expect(judgeSample(recorded, { ...found, sha256: "aa", mtimeMs: 5 }, undefined)).toBe("matched");
    expect(judgeSample(recorded, { size: 3, sha256: "aa" }, "gone")).toBe("matched");
  });

  it("is judged by the source where that is seen", () => {
    expect(judgeSample(recorded, { ...found, mtimeMs: 9_000_000 }, untouched)).toBe("mismatched");
    expect(judgeSample(recorded, undefined, untouched)).toBe("missing");
    expect(judgeSample(recorded, found, rewritten)).toBe("changed");
    expect(judgeSample(recorded, undefined, "gone")).toBe("changed");
  });

  it("is judged by its own time where the source is not seen", () => {
    expect(judgeSample(recorded, { ...found, mtimeMs: 9_000_000 }, undefined)).toBe("changed");
    expect(judgeSample(recorded, found, undefined)).toBe("mismatched");
    expect(judgeSample(recorded, { ...found, mtimeMs: 5 }, undefined)).toBe("mismatched");
    expect(judgeSample(recorded, undefined, undefined)).toBe("missing");
  });

  it("is judged by its size where there are no times", () => {
    expect(judgeSample(recorded, { size: 3, sha256: "bb" }, undefined)).toBe("mismatched");
    expect(judgeSample(recorded, { size: 4, sha256: "bb" }, undefined)).toBe("changed");
  });

  it("is counted exactly once, and only as matched when its bytes are the recorded ones", () => {
    const facts = fc.record({ size: fc.nat(3), mtimeMs: fc.nat(9_000_000), sha256: fc.constantFrom("aa", "bb") });
    const source = fc.oneof(fc.constant("gone" as const), fc.constant(undefined), facts);
    fc.assert(
      fc.property(fc.option(facts, { nil: undefined }), source, (file, origin) => {
        const same = file !== undefined && file.size === recorded.size && file.sha256 === recorded.sha256;
        expect(judgeSample(recorded, file, origin) === "matched").toBe(same);
      }),
    );
  });
});

describe("a look", () => {
  it("names a file with wrong bytes, and both digests", async () => {
    write("good", "good");
    const { samples } = await drawSamples(root, 1, "", { now: NOW });
    write("good", "evil");
    const marker: Marker = {
      version: 1,
      id: "00000000-0000-4000-8000-000000000001",
      dataset: "apps",
      tier: "fast",
      writtenAt: "2026-11-23T00:00:00.000Z",
      samples: [...samples],
    };
    const sighting = await look(folderCopy("apps", root), marker, "staging", undefined, () => NOW);
    expect(sighting).toMatchObject({
      mismatched: 1,
      examples: ["good (sha256 770e607624d68926 was recorded, b5c1fb2efc6d6b46 is there)"],
    });
  });

  it("counts all samples and names a few of the harmed ones", async () => {
    for (let index = 0; index < 8; index += 1) write(`f${index}`, `content ${index}`);
    const { samples } = await drawSamples(root, 8, "", { now: NOW });
    for (let index = 0; index < 7; index += 1) rmSync(join(root, `f${index}`));
    const marker: Marker = {
      version: 1,
      id: "00000000-0000-4000-8000-000000000001",
      dataset: "apps",
      tier: "fast",
      writtenAt: "2026-11-23T00:00:00.000Z",
      samples: [...samples],
    };
    expect(await look(folderCopy("apps", root), marker, "staging", undefined, () => NOW)).toEqual({
      marker: marker.id,
      dataset: "apps",
      tier: "staging",
      at: "2026-11-23T00:00:00.000Z",
      sampled: 8,
      matched: 1,
      changed: 0,
      missing: 7,
      mismatched: 0,
      examples: ["f0", "f1", "f2", "f3", "f4"],
    });
  });
});
