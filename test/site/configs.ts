/**
 * The reference site's two pusher.toml. The chain: ZFS from fast to archive, Syncthing to staging with a job on either side, restic
 * to offsite over a server of rclone. Beside it rsync in Robocopy's place from archive to a mirror, rclone from staging to a cloud,
 * borg to a vault. Jobs are planned far apart and beats are rare, so that sweeps a day ahead judge the age of the data and nothing else.
 */
import { FOLDER } from "./syncthing.ts";

/** Every tier of the site, in the order of the page. */
export const TIERS = ["fast", "archive", "mirror", "staging", "cloud", "offsite", "vault"] as const;

export interface Places {
  readonly worker: string;
  readonly fast: string;
  readonly archive: string;
  readonly staging: string;
  readonly mirror: string;
  /** Where the state of CoreNAS lies. */
  readonly state: string;
  readonly pools: { readonly fast: string; readonly archive: string };
  readonly syncthing: { readonly sender: string; readonly receiver: string };
  /** What `rclone serve` serves: restic's address of it, and a folder on an SFTP server by rclone's. */
  readonly restic: string;
  readonly cloud: string;
  /** A borg repository. */
  readonly vault: string;
  /** The file with the password of both repositories. */
  readonly password: string;
}

/** How long a run of any job may take, in seconds. */
export const MAX_RUNTIME_SECONDS = 120;
const PATIENCE = "10s";

const head = (worker: string, state = "state") => `
worker = "${worker}"
key = "file:host.key"
state = "${state}"
[beat]
every = "2d"
grace = "1h"
[policies.nightly]
daily = 7
`;
const job = (name: string, kind: string, text: string) => `
[[jobs]]
name = "${name}"
kind = "${kind}"
schedule = { every = "10d" }
grace = "1d"
max_runtime = "${MAX_RUNTIME_SECONDS}s"
${text}
`;
const carries = (from: string, to: string, datasets: readonly string[], window: string) =>
  `from = "${from}"\nto = "${to}"\ndatasets = ${quoted(datasets)}\nwindow = "${window}"\n`;
const quoted = (words: readonly string[]) => `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;

export function corenasToml(at: Places): string {
  return `${head(at.worker, at.state)}
[[datasets]]
name = "apps"
born = "fast"
paths = { fast = "${at.fast}/apps", archive = "${at.archive}/apps" }
samples = 2
[[datasets]]
name = "photos"
born = "archive"
paths = { archive = "${at.archive}/photos" }
samples = 2
${job(
  "nightly",
  "zfs-send",
  `${carries("fast", "archive", ["apps"], "5d")}source = "${at.pools.fast}/apps"
target = "${at.pools.archive}/apps"
keep = "nightly"
keep_target = "nightly"`,
)}
${job(
  "sync",
  "syncthing",
  `${carries("archive", "staging", ["apps", "photos"], "20h")}folder = "${FOLDER}"
config = "${at.syncthing.sender}"
patience = "${PATIENCE}"`,
)}
${job("health", "zfs-health", `tier = "archive"\npool = "${at.pools.archive}"`)}
${job("scrub", "zfs-scrub", `tier = "archive"\npool = "${at.pools.archive}"`)}
`;
}

export function winvmToml(at: Places): string {
  const staged = `${at.staging}/photos`;
  const newest = "$(borg list --last 1 --glob-archives 'vault-*' --format '{archive}')";
  const fetch = {
    offsite: (dataset: string) => ["restic", "dump", "latest", "--path", at.staging, `${at.staging}/${dataset}/{path}`],
    cloud: ["rclone", "cat", `${at.cloud}/{path}`],
    vault: ["sh", "-c", `borg extract --stdout "::${newest}" "$1"`, "-", `${staged.slice(1)}/{path}`],
  };
  return `${head(at.worker)}
[[datasets]]
name = "apps"
born = "fast"
paths = { staging = "${at.staging}/apps" }
fetch = { offsite = ${quoted(fetch.offsite("apps"))} }
[[datasets]]
name = "photos"
born = "archive"
paths = { archive = "${at.archive}/photos", staging = "${staged}", mirror = "${at.mirror}" }
samples = 2
[datasets.fetch]
offsite = ${quoted(fetch.offsite("photos"))}
cloud = ${quoted(fetch.cloud)}
vault = ${quoted(fetch.vault)}
${job("arrived", "syncthing", `tier = "staging"\nside = "receiving"\nfolder = "${FOLDER}"\nconfig = "${at.syncthing.receiver}"`)}
${job(
  "pull",
  "rsync",
  `${carries("archive", "mirror", ["photos"], "5d")}source = "${at.archive}/photos"
target = "${at.mirror}"
options = ["--delete"]`,
)}
${job(
  "offsite",
  "restic",
  `${carries("staging", "offsite", ["apps", "photos"], "25h")}repository = "${at.restic}"
password = "file:${at.password}"
paths = ["${at.staging}"]`,
)}
${job(
  "cloud",
  "rclone",
  `${carries("staging", "cloud", ["photos"], "5d")}mode = "sync"
source = "${staged}"
target = "${at.cloud}"
options = ["--retries", "1", "--low-level-retries", "1"]
env = { RCLONE_CONFIG = "/dev/null" }`,
)}
${job(
  "vault",
  "borg",
  `${carries("staging", "vault", ["photos"], "5d")}repository = "${at.vault}"
passphrase = "file:${at.password}"
paths = ["${staged}"]`,
)}
`;
}
