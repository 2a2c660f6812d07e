/** What the owner's pages are shown with, where how they look is what is asked. */
import type { Gates, Share } from "../../worker/page/owner/access.tsx";
import type { ListedBrowser } from "../../worker/page/owner/browsers.tsx";
import type { BrowsersOf, Tested } from "../../worker/page/owner/channels.tsx";
import type { Tried } from "../../worker/page/owner/form.tsx";
import type { Told } from "../../worker/page/owner/frame.tsx";
import type { ListedChannel, ListedHost } from "../../worker/page/owner/hub.tsx";
import type { ListedIncident } from "../../worker/page/owner/incident-acts.tsx";
import type { QuietSite } from "../../worker/page/owner/quiet.tsx";
import type { Removal } from "../../worker/page/owner/remove-host.tsx";

const NOW = Date.parse("2026-11-23T08:14:00Z");
const EARLY = "2026-11-23T02:14:00.000Z";
export const LATER = "2026-11-23T08:29:00.000Z";
const FINGERPRINT = "nX3k9Q2mZb7Yw1rT5uVcD8eF0gHiJ4kLmN6oPqRsTuV";

export const told: Told = { now: NOW, by: "anna", canSignOut: true, done: null, tried: null };
export const place = { site: "home", host: "winvm" };
export const key = { fingerprint: FINGERPRINT, enrolledAt: EARLY, revokedAt: null };

export const incident: ListedIncident = {
  ...{ id: "home/job:corenas/nightly@1", site: "home", root: "job:corenas/nightly", severity: "critical", note: "" },
  title: "Nightly on corenas failed: cannot open archive: no such pool",
  ...{ openedAt: EARLY, closedAt: null, acknowledged: null, snoozedUntil: null },
};
export const incidents: ListedIncident[] = [
  incident,
  {
    ...incident,
    ...{
      id: "home/copy:photos/offsite@2",
      severity: "warning",
      title: "Photos in offsite is late",
      note: "The line was cut.",
    },
    ...{ acknowledged: { at: EARLY, by: "bert" }, snoozedUntil: "2026-11-24T08:00:00.000Z" },
  },
];

export const hosts: ListedHost[] = [
  {
    ...{ site: "home", host: "corenas", status: "ok", heardAt: EARLY, plannedAt: EARLY, codes: [] },
    keys: [key, { fingerprint: FINGERPRINT.toLowerCase(), enrolledAt: EARLY, revokedAt: EARLY }],
    loosened: [{ putAt: EARLY, changes: ["the grace of a beat went from 5 min to 15 min"], approved: null }],
  },
  {
    ...{ site: "home", host: "winvm", status: null, heardAt: null, plannedAt: null, keys: [], loosened: [] },
    codes: [{ expiresAt: LATER, replaces: false }],
  },
];

export const removal: Removal = {
  watches: ["host:winvm", "job:winvm/offsite", "copy:photos/offsite"],
  incidents: [{ id: incident.id, title: "Offsite on winvm failed: no space left" }],
};

export const channels: ListedChannel[] = [
  { name: "mail", kind: "email", lastDeliveredAt: EARLY, disabledAt: null, error: null },
  { name: "phones", kind: "push", lastDeliveredAt: null, disabledAt: null, error: null },
  { name: "chat", kind: "slack", lastDeliveredAt: EARLY, disabledAt: EARLY, error: "404 no_service" },
];
export const browser: ListedBrowser = {
  ...{ id: "A".repeat(22), name: "Firefox on Android", by: "anna", subscribedAt: EARLY, lastDeliveredAt: EARLY },
  ...{ error: null, goneAt: null },
};
export const browsers: BrowsersOf = new Map([
  [
    "phones",
    [
      browser,
      { ...browser, id: "B".repeat(22), name: "kitchen tablet", error: "the push service answered 500" },
      { ...browser, id: "C".repeat(22), name: "old phone", by: "", lastDeliveredAt: null, goneAt: EARLY },
    ],
  ],
]);

export const tested: Tested = {
  ...{ name: "mail", at: EARLY },
  outcomes: [{ state: "pending", attempts: 2, error: "451 try again later" }],
};

export const quiet: QuietSite[] = [
  {
    site: "home",
    scopes: ["site", "host:corenas", "job:corenas/nightly", "copy:photos/offsite", "tier:offsite"],
    acts: [
      {
        ...{
          id: "0a1b2c3d",
          kind: "silence",
          scope: "tier:offsite",
          note: "the line is slow",
          by: "anna",
          madeAt: EARLY,
        },
        ...{ fromAt: EARLY, untilAt: null, recurs: { cron: "0 2 * * 0", zone: "Europe/Berlin", seconds: 5400 } },
      },
      {
        ...{ id: "0a1b2c3f", kind: "pause", scope: "host:corenas", note: "a new disk", by: "anna", madeAt: EARLY },
        ...{ fromAt: LATER, untilAt: null, recurs: null },
      },
      {
        ...{ id: "0a1b2c3e", kind: "pause", scope: "site:home", note: "", by: "bert", madeAt: EARLY },
        ...{ fromAt: EARLY, untilAt: LATER, recurs: null },
      },
    ],
  },
];
export const tried: Tried = {
  action: "/owner/quiet/silence",
  values: { what: "home host:corenas", amount: "soon", unit: "3600", note: "a new disk" },
  faults: [{ field: "amount", words: "Write a number: it has to be from 1 minute to 366 days." }],
};

export const invited = {
  ...{ code: "Zm9vYmFyYmF6cXV4cXV1eA", expiresAt: LATER, toml: 'worker = "https://tierwatch.example.workers.dev"' },
  commands: {
    linux: "node pusher.mjs enroll Zm9vYmFyYmF6cXV4cXV1eA",
    windows: "node .\\pusher.mjs enroll Zm9vYmFyYmF6cXV4cXV1eA",
  },
};

export const gates: Gates = {
  tokens: [
    { id: "t", by: "anna", name: "grafana", may: "read", madeAt: EARLY, usedOn: "2026-11-22", revokedAt: null },
    { id: "u", by: "anna", name: "old script", may: "write", madeAt: EARLY, usedOn: null, revokedAt: EARLY },
  ],
  sessions: [
    { id: "s", by: "anna", passkey: "phone", beganAt: EARLY, usedAt: EARLY, own: true },
    { id: "r", by: "bert", passkey: "laptop", beganAt: EARLY, usedAt: EARLY, own: false },
  ],
  passkeys: [{ id: "p", by: "anna", name: "phone", madeAt: EARLY, usedAt: EARLY, removedAt: null }],
};

export const shares: Share[] = [
  { id: "0123456789abcdef", name: "kitchen", sites: ["home"], by: "anna", madeAt: EARLY, revokedAt: null },
  { id: "0123456789abcdee", name: "neighbours", sites: null, by: "", madeAt: EARLY, revokedAt: EARLY },
];

export const trail = {
  entries: [
    {
      ...{ at: EARLY, act: "revoke key", site: "home", subject: "host:corenas", by: "anna", through: "session" },
      detail: FINGERPRINT,
    },
    { at: EARLY, act: "test", site: "", subject: "mail", by: "bert", through: "access", detail: "" },
  ],
  next: "WzEsMl0",
};
