/**
 * The reference site's two pusher.toml: ZFS from fast to archive, Syncthing to staging, restic to offsite. Jobs are planned far
 * apart and beats are rare, so that sweeps a day ahead judge the age of the data and nothing else.
 */

import { FOLDER } from "./syncthing.ts";

export interface Places {
  readonly worker: string;
  readonly fast: string;
  readonly archive: string;
  readonly staging: string;
  readonly offsite: string;
  readonly pools: { readonly fast: string; readonly archive: string };
  /** Of the sending side. */
  readonly syncthingConfig: string;
  readonly disks: string;
}

const job = (text: string) => `\n[[jobs]]\nschedule = { every = "10d" }\ngrace = "1d"\nmax_runtime = "2m"\n${text}`;
const quoted = (words: readonly string[]) => `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;

const head = (worker: string) => `
worker = "${worker}"
key = "file:host.key"
[beat]
every = "2d"
grace = "1h"
[policies.nightly]
daily = 7
`;

export function corenasToml(at: Places): string {
  return `${head(at.worker)}
[[datasets]]
name = "apps"
born = "fast"
paths = { fast = "${at.fast}/apps", archive = "${at.archive}/apps" }
samples = 4
[[datasets]]
name = "photos"
born = "archive"
paths = { archive = "${at.archive}/photos" }
samples = 4
${job(`name = "nightly"
kind = "zfs-send"
from = "fast"
to = "archive"
datasets = ["apps"]
window = "5d"
source = "${at.pools.fast}/apps"
target = "${at.pools.archive}/apps"
keep = "nightly"
keep_target = "nightly"`)}
${job(`name = "sync"
kind = "syncthing"
from = "archive"
to = "staging"
datasets = ["apps", "photos"]
window = "20h"
folder = "${FOLDER}"
config = "${at.syncthingConfig}"
patience = "30s"`)}
${job(`name = "health"
kind = "zfs-health"
tier = "archive"
pool = "${at.pools.archive}"`)}
`;
}

export function winvmToml(at: Places): string {
  const fetch = (dataset: string) => quoted(["restic", "dump", "latest", `${at.staging}/${dataset}/{path}`]);
  const dataset = (name: string, born: string) => `
[[datasets]]
name = "${name}"
born = "${born}"
paths = { staging = "${at.staging}/${name}" }
fetch = { offsite = ${fetch(name)} }
`;
  return `${head(at.worker)}${dataset("apps", "fast")}${dataset("photos", "archive")}
${job(`name = "offsite"
kind = "command"
from = "staging"
to = "offsite"
datasets = ["apps", "photos"]
window = "25h"
argv = ${quoted(["restic", "backup", "--quiet", at.staging])}`)}
`;
}
