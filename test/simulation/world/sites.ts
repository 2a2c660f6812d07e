/**
 * The sites of a world: each of another shape, in another zone. Where the plan has slack (a grace, a window) it is what an owner
 * would leave: a beat that is lost, an hour of summer time, a night's copy that takes long.
 */

export interface SiteSketch {
  readonly site: string;
  /** In order of their enrolment. */
  readonly hosts: readonly HostSketch[];
  /** The host whose disk holds each tier; `cloud` for a disk that is nobody's. */
  readonly tiers: Readonly<Record<string, string>>;
  /** The tier each dataset is born in. */
  readonly datasets: Readonly<Record<string, string>>;
}

export interface HostSketch {
  readonly host: string;
  /** pusher.toml */
  readonly config: string;
  /** A virtual machine, whose disk may be put back to an old snapshot. */
  readonly virtual: boolean;
}

const HEAD = `worker = "https://tierwatch.example.org"
key = "file:/etc/tierwatch/key.pem"
state = "/var/lib/tierwatch"
`;

const paths = (dataset: string, ...tiers: readonly string[]) =>
  tiers.map((tier) => `${tier} = "/data/${tier}/${dataset}"`).join(", ");

interface Carry {
  readonly name: string;
  readonly schedule: string;
  readonly from: string;
  readonly to: string;
  readonly datasets: readonly string[];
  readonly windowHours: number;
  readonly graceHours: number;
  readonly more?: string;
}

function carry({ name, schedule, from, to, datasets, windowHours, graceHours, more = "" }: Carry): string {
  const list = (names: readonly string[]) => `[${names.map((one) => `"${one}"`).join(", ")}]`;
  return `
[[jobs]]
name = "${name}"
kind = "command"
argv = ${list(["carry", name, from, to, ...datasets])}
warn_exit_codes = [24]
schedule = ${schedule}
grace = "${graceHours}h"
from = "${from}"
to = "${to}"
datasets = ${list(datasets)}
window = "${windowHours}h"
${more}`;
}

const cron = (expression: string, zone: string) => `{ cron = "${expression}", zone = "${zone}" }`;

const beat = (every: string, grace: string) => `beat = { every = "${every}", grace = "${grace}" }\n`;

function dataset(name: string, born: string, places: string, more = ""): string {
  return `
[[datasets]]
name = "${name}"
born = "${born}"
paths = { ${places} }
samples = 2
${more}`;
}

const health = (name: string, pool: string, schedule: string, graceHours: number) => `
[[jobs]]
name = "${name}"
kind = "zfs-health"
pool = "${pool}"
tier = "${pool}"
schedule = ${schedule}
grace = "${graceHours}h"
`;

/** The reference chain fast → archive → staging → offsite over two hosts, with datasets born in two tiers. */
function reference(): SiteSketch {
  const zone = "Europe/Berlin";
  const nas = [
    HEAD,
    beat("6h", "1h"),
    dataset("apps", "fast", paths("apps", "fast", "archive")),
    dataset("photos", "archive", paths("photos", "archive")),
    carry({
      name: "nightly",
      schedule: cron("0 2 * * *", zone),
      from: "fast",
      to: "archive",
      datasets: ["apps"],
      windowHours: 36,
      graceHours: 8,
    }),
    carry({
      name: "sync",
      schedule: cron("30 4 * * *", zone),
      from: "archive",
      to: "staging",
      datasets: ["apps", "photos"],
      windowHours: 44,
      graceHours: 8,
    }),
    health("pool", "archive", cron("0 12 * * *", zone), 8),
  ];
  const vm = [
    HEAD,
    beat("6h", "1h"),
    dataset("apps", "fast", paths("apps", "staging"), 'fetch = { offsite = ["print", "/data/offsite/apps/{path}"] }'),
    dataset(
      "photos",
      "archive",
      paths("photos", "staging"),
      'fetch = { offsite = ["print", "/data/offsite/photos/{path}"] }',
    ),
    carry({
      name: "cloud",
      schedule: cron("0 7 * * *", zone),
      from: "staging",
      to: "offsite",
      datasets: ["apps", "photos"],
      windowHours: 56,
      graceHours: 8,
      more: 'max_runtime = "6h"',
    }),
  ];
  return {
    site: "reference",
    hosts: [
      { host: "corenas", config: nas.join(""), virtual: false },
      { host: "vm", config: vm.join(""), virtual: true },
    ],
    tiers: { fast: "corenas", archive: "corenas", staging: "vm", offsite: "cloud" },
    datasets: { apps: "fast", photos: "archive" },
  };
}

/** One host with two tiers, by an interval, and a hard limit that progress extends. */
function office(beatEvery: string): SiteSketch {
  const config = [
    HEAD,
    beat(beatEvery, "1h"),
    dataset("files", "work", paths("files", "work", "mirror")),
    carry({
      name: "mirror",
      schedule: '{ every = "12h" }',
      from: "work",
      to: "mirror",
      datasets: ["files"],
      windowHours: 32,
      graceHours: 8,
      more: 'max_runtime = "1h"\nhard_limit = "2h"\nalert_after = 2',
    }),
    health("disks", "mirror", cron("20 9 * * *", "America/New_York"), 8),
  ];
  return {
    site: "office",
    hosts: [{ host: "server", config: config.join(""), virtual: true }],
    tiers: { work: "server", mirror: "server" },
    datasets: { files: "work" },
  };
}

/** Two tiers fed from one, at odd hours of a zone whose summer time is half an hour. */
function island(): SiteSketch {
  const zone = "Australia/Lord_Howe";
  const config = [
    HEAD,
    beat("6h", "2h"),
    dataset("logs", "disk", paths("logs", "disk", "usb"), 'fetch = { cloud = ["print", "/data/cloud/logs/{path}"] }'),
    carry({
      name: "to-usb",
      schedule: cron("15 2 * * *", zone),
      from: "disk",
      to: "usb",
      datasets: ["logs"],
      windowHours: 38,
      graceHours: 9,
    }),
    carry({
      name: "to-cloud",
      schedule: cron("45 14 * * *", zone),
      from: "disk",
      to: "cloud",
      datasets: ["logs"],
      windowHours: 38,
      graceHours: 9,
    }),
  ];
  return {
    site: "island",
    hosts: [{ host: "hut", config: config.join(""), virtual: false }],
    tiers: { disk: "hut", usb: "hut", cloud: "cloud" },
    datasets: { logs: "disk" },
  };
}

/** A copy fed by two jobs, and a job without a marker whose copy is only claimed. */
function clinic(): SiteSketch {
  const zone = "Asia/Kolkata";
  const config = [
    HEAD,
    beat("6h", "1h"),
    dataset("records", "live", paths("records", "live", "store")),
    dataset("ledger", "live", ""),
    carry({
      name: "morning",
      schedule: cron("0 6 * * *", zone),
      from: "live",
      to: "store",
      datasets: ["records"],
      windowHours: 36,
      graceHours: 8,
    }),
    carry({
      name: "evening",
      schedule: cron("0 18 * * 1-6", zone),
      from: "live",
      to: "store",
      datasets: ["records"],
      windowHours: 36,
      graceHours: 8,
    }),
    carry({
      name: "dump",
      schedule: cron("30 23 * * *", zone),
      from: "live",
      to: "vault",
      datasets: ["ledger"],
      windowHours: 36,
      graceHours: 8,
      more: 'proof = "run"\nstart_within = "8h"',
    }),
  ];
  return {
    site: "clinic",
    hosts: [{ host: "desk", config: config.join(""), virtual: false }],
    tiers: { live: "desk", store: "desk", vault: "cloud" },
    datasets: { records: "live", ledger: "live" },
  };
}

/** Two hosts that only look, one of them by the week. */
function lab(): SiteSketch {
  const one = [HEAD, beat("6h", "1h"), health("daily", "tank", cron("0 8 * * *", "UTC"), 8)];
  const two = [HEAD, beat("6h", "1h"), health("weekly", "cold", cron("0 3 * * 0", "UTC"), 8)];
  return {
    site: "lab",
    hosts: [
      { host: "alpha", config: one.join(""), virtual: false },
      { host: "beta", config: two.join(""), virtual: true },
    ],
    tiers: { tank: "alpha", cold: "beta" },
    datasets: {},
  };
}

/** In most worlds nobody beats faster than by the hour, which takes long to simulate; in some one does. */
const FAST_IN = 20;

/** One of each shape. */
export function sitesOf(seed: number): readonly SiteSketch[] {
  const beatEvery = seed % FAST_IN === 0 ? "5m" : "6h";
  return [reference(), office(beatEvery), island(), clinic(), lab()];
}
