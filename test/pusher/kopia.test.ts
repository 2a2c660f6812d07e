/** kind = "kopia", from kopia's documentation and source: there is no captured output of a real one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { kopia } from "../../pusher/jobs/kopia.ts";
import { kopiaTrouble } from "../../pusher/jobs/kopia-trouble.ts";
import { MARKER_FILE } from "../../pusher/marker.ts";
import { type Answer, played } from "./played.ts";

const NOW = Date.parse("2026-11-23T02:00:00Z");

const manifest = (id: string, day: number, summ: object = { files: 7, dirs: 1 }, more: object = {}) => ({
  id,
  source: { host: "nas", userName: "root", path: "/srv/photos" },
  startTime: `2026-11-${String(day).padStart(2, "0")}T02:00:00.123456789Z`,
  endTime: "2026-11-22T02:01:00Z",
  rootEntry: { name: "photos", type: "d", mode: "0755", obj: "k1", summ: { size: 10, ...summ } },
  ...more,
});
const creates = (made: object): Answer => [
  "kopia snapshot create",
  { stdout: `${JSON.stringify(made, null, "  ")}\n` },
];
const lists = (...all: object[]): Answer => ["kopia snapshot list", { stdout: JSON.stringify(all) }];

async function run(answers: readonly Answer[], settings: object = {}, more: Partial<KindContext> = {}) {
  const prepared = kopia.prepare({ password: "file:password", paths: ["/srv/photos"], ...settings });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls } = played(answers, NOW);
  return { outcome: await prepared.value.run({ ...context, ...more }), calls };
}

const carries = { from: "staging", to: "offsite", datasets: ["photos"] };

describe("a kopia backup", () => {
  test("tells its files, and how far back its snapshots reach", async () => {
    const partial = manifest("c", 3, {}, { incomplete: "checkpoint" });
    const listed = lists(manifest("a", 1), manifest("b", 2), partial, manifest("m", 22));
    const { outcome, calls } = await run([creates(manifest("m", 22)), listed], {}, { carries });
    expect(outcome).toMatchObject({
      status: "succeeded",
      files: 7,
      errors: 0,
      depths: [
        { dataset: "photos", versions: 3, oldestAt: "2026-11-01T02:00:00.123Z", newestAt: "2026-11-22T02:00:00.123Z" },
      ],
    });
    expect(calls).toEqual([
      "kopia snapshot create --json /srv/photos",
      "kopia snapshot list --json --max-results=1000000 --show-identical /srv/photos",
    ]);
  });

  test("that could not read files is a warning that names them, though kopia ends with 0", async () => {
    const errors = [{ path: "a/secret", error: "permission denied" }];
    const made = manifest("m", 22, { files: 7, numFailed: 1, numIgnoredErrors: 1, errors });
    const { outcome } = await run([creates(made), lists(made)]);
    expect(outcome).toMatchObject({
      status: "warned",
      errors: 2,
      reason: "the snapshot was made, but 2 files could not be read: a/secret",
    });
  });

  test.each([
    ["not complete", manifest("m", 22, {}, { incomplete: "canceled" }), /not complete: canceled/],
    ["of an empty folder", manifest("m", 22, { files: 0 }), /no file at all: is it mounted/],
  ])("%s has failed", async (_, made, reason) => {
    expect((await run([creates(made), lists(made)])).outcome).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(reason),
    });
  });

  test("of a folder that holds nothing but the pusher's marker has failed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tierwatch-kopia-"));
    try {
      mkdirSync(join(folder, "sub"));
      writeFileSync(join(folder, MARKER_FILE), "{}");
      const made = manifest("m", 22, { files: 1 });
      const one = () => run([creates(made), lists(made)], { paths: [folder] }, { carries });
      expect((await one()).outcome).toMatchObject({ status: "failed", files: 1 });
      writeFileSync(join(folder, "sub/photo.jpg"), "x");
      expect((await one()).outcome).toMatchObject({ status: "succeeded" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("whose snapshot is not in the list has failed; whose list is not to be had is a warning", async () => {
    const made = manifest("m", 22);
    expect((await run([creates(made), lists(manifest("other", 1))])).outcome.status).toBe("failed");
    const down: Answer = ["kopia snapshot list", { exitCode: 1, stderr: "ERROR connection refused\n" }];
    expect((await run([creates(made), down])).outcome.status).toBe("warned");
  });

  test("that saved nothing because nothing changed has succeeded; that says nothing has failed", async () => {
    const stderr = "\n Not saving snapshot because no files have been changed since previous snapshot\n";
    const same: Answer = ["kopia snapshot create", { stderr }];
    expect((await run([same, lists(manifest("a", 1))])).outcome).toMatchObject({ status: "succeeded" });
    expect((await run([["kopia snapshot create", {}]])).outcome.status).toBe("failed");
  });

  test("of several folders reaches back as far as the one of fewest snapshots", async () => {
    const made = manifest("m", 22);
    const { outcome } = await run(
      [
        creates(made),
        [
          "kopia snapshot list --json --max-results=1000000 --show-identical /a",
          { stdout: JSON.stringify([made, manifest("x", 1)]) },
        ],
        lists(made),
      ],
      { paths: ["/a", "/b"] },
      { carries },
    );
    expect(outcome).toMatchObject({ files: 14, depths: [{ versions: 1 }] });
  });
});

test.each([
  ["ERROR unable to open repository: invalid repository password", /password does not open/],
  ["ERROR repository is not connected. See https://kopia.io/docs/repositories/", /kopia repository connect/],
  ["ERROR unable to get local filesystem entry: lstat /x: no such file or directory", /there and mounted/],
  ["ERROR write /r: no space left on device", /make room/],
  ["ERROR dial tcp 127.0.0.1:1: connect: connection refused", /cannot be reached/],
  ["ERROR something else", /^kopia ended with 1 \(ERROR something else\)$/],
])("%s", (errors, says) => {
  expect(kopiaTrouble(1, errors)).toMatch(says);
});
