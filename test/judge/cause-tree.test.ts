/** What belongs to an incident hangs in a tree on what it is caused by. */
import { expect, test } from "vitest";
import { type Cause, causeTree } from "../../worker/judge/cause-tree.ts";
import { largeWatches } from "../worker/sample-large.ts";

const watches = largeWatches(4);

const drawn = ({ key, children }: Cause): unknown => (children.length === 0 ? key : { [key]: children.map(drawn) });
const tree = (root: string, keys: readonly string[]) => drawn(causeTree("home", root, keys, watches));

test("a copy hangs on the job that feeds it, a farther copy on the nearer one", () => {
  const keys = ["copy:data-0-1/archive", "copy:data-0-1/offsite", "job:host0/save-1"];
  expect(tree("job:host0/save-1", keys)).toEqual({
    "job:host0/save-1": [{ "copy:data-0-1/archive": ["copy:data-0-1/offsite"] }],
  });
});

test("jobs hang on their host, and what hangs on nothing named hangs on the root", () => {
  const keys = ["job:host0/save-1", "copy:data-0-1/archive", "copy:data-0-2/archive", "copy:gone/archive"];
  expect(tree("host:host0", keys)).toEqual({
    "host:host0": [{ "job:host0/save-1": ["copy:data-0-1/archive"] }, "copy:data-0-2/archive", "copy:gone/archive"],
  });
});

test("hosts hang on the site", () =>
  expect(tree("site:home", ["host:host0", "job:host0/far-0"])).toEqual({
    "site:home": [{ "host:host0": ["job:host0/far-0"] }],
  }));
