import { expect, test } from "vitest";
import { chanceOf } from "./world/chance.ts";
import { type Disk, newDisk } from "./world/disk.ts";

const quiet = { written: () => undefined, named: () => undefined, durable: () => undefined };

/** Writes as the pusher does: a temp file and a rename; what of it is synced is told. */
function replace(disk: Disk, data: string, synced: { file: boolean; folder: boolean }): void {
  disk.makeFolder("/spool");
  const inode = disk.create("/spool/.tmp", 0);
  inode.data = data;
  if (synced.file) inode.durable = data;
  disk.rename("/spool/.tmp", "/spool/a.json");
  if (synced.folder) disk.syncFolder("/spool");
}

/** What a power cut leaves of a file, over many cuts. */
function left(synced: { file: boolean; folder: boolean }): Set<string | undefined> {
  const found = new Set<string | undefined>();
  for (let seed = 0; seed < 200; seed++) {
    const disk = newDisk(quiet);
    replace(disk, "whole", synced);
    disk.cut(chanceOf(seed, "cut"));
    found.add(disk.file("/spool/a.json")?.data);
  }
  return found;
}

test("what was synced, file and folder, outlives every power cut", () => {
  expect(left({ file: true, folder: true })).toEqual(new Set(["whole"]));
});

test("a name that was not synced may be gone, but is never there without its synced contents", () => {
  expect(left({ file: true, folder: false })).toEqual(new Set(["whole", undefined]));
});

test("contents that were not synced may be empty or torn under a name that is there", () => {
  expect([...left({ file: false, folder: true })]).toEqual(expect.arrayContaining(["whole", "", "wh"]));
});

test("a snapshot puts back names and contents as they were", () => {
  const disk = newDisk(quiet);
  replace(disk, "one", { file: true, folder: true });
  const snapshot = disk.snapshot(7);
  replace(disk, "two", { file: true, folder: true });
  disk.makeFolder("/later");
  disk.restore(snapshot);
  expect(disk.file("/spool/a.json")?.data).toBe("one");
  expect(disk.list("/spool")).toEqual([{ name: "a.json", isFolder: false }]);
});
