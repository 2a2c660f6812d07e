/** What an owner does about incidents and plans of quiet: acknowledge, snooze, note; silence, pause, end. */
import * as z from "zod/mini";
import { instant, name } from "../fields.ts";
import type { Operation } from "./operation.ts";

const DAY_SECONDS = 86_400;
const NOTE_MAX_CHARS = 4_000;
const REMARK_MAX_CHARS = 500;
const ID_MAX_CHARS = 300;
const NAME = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const SCOPE = new RegExp(`^(?:site|(?:host|tier):${NAME}|(?:job|copy):${NAME}/${NAME})$`);

/** What an act is on: `site` alone is the whole site. */
export const scope = z
  .string()
  .check(z.regex(SCOPE, "write site, host:NAME, tier:NAME, job:HOST/JOB or copy:DATASET/TIER"));
/** How long, in seconds: a minute to a year. */
const lasting = z.int().check(z.minimum(60), z.maximum(366 * DAY_SECONDS));
const remark = z._default(z.string().check(z.maxLength(REMARK_MAX_CHARS)), "");
const maybe = z.nullable(instant);
const recurrence = z.strictObject({
  cron: z.string().check(z.maxLength(100)),
  zone: z.string().check(z.maxLength(64)),
});
const actId = z.string().check(z.regex(/^[0-9a-f]{8,32}$/, "an act's id is hexadecimal"));
const incidentId = z.string().check(z.minLength(1), z.maxLength(ID_MAX_CHARS));
const inSite = z.strictObject({ site: name });
const ofIncident = z.strictObject({ id: incidentId });

const act = z.strictObject({
  id: actId,
  kind: z.enum(["silence", "pause"]),
  scope: z.string(),
  fromAt: instant,
  untilAt: maybe,
  /** It begins at each time of `cron`, and lasts so long. */
  recurs: z.nullable(z.extend(recurrence, { seconds: z.number() })),
  note: z.string(),
  by: z.string(),
  madeAt: instant,
});

export const listActs = {
  id: "listActs",
  method: "get",
  path: "/v1/sites/{site}/acts",
  needs: "read",
  params: inSite,
  status: 200,
  answer: z.strictObject({ acts: z.array(act) }),
  refusals: [],
} as const satisfies Operation;

const begun = z.strictObject({ id: actId });

export const silence = {
  id: "silence",
  method: "post",
  path: "/v1/sites/{site}/silences",
  needs: "write",
  params: inSite,
  body: z.strictObject({
    scope,
    /** From now on, when nothing is said; at most a year ahead. */
    fromAt: z.optional(instant),
    seconds: lasting,
    recurs: z.optional(recurrence),
    note: remark,
  }),
  status: 201,
  answer: begun,
  refusals: ["not_found"],
} as const satisfies Operation;

export const pause = {
  id: "pause",
  method: "post",
  path: "/v1/sites/{site}/pauses",
  needs: "write",
  params: inSite,
  /** Until it is ended, when no `seconds` are said. */
  body: z.strictObject({ scope, fromAt: z.optional(instant), seconds: z.optional(lasting), note: remark }),
  status: 201,
  answer: begun,
  refusals: ["not_found"],
} as const satisfies Operation;

export const endAct = {
  id: "endAct",
  method: "post",
  path: "/v1/sites/{site}/acts/{id}/end",
  needs: "write",
  params: z.strictObject({ site: name, id: actId }),
  status: 204,
  refusals: ["not_found"],
} as const satisfies Operation;

const incident = z.strictObject({
  id: incidentId,
  site: name,
  /** What it is about: `job:HOST/JOB`. */
  root: z.string(),
  title: z.string(),
  severity: z.enum(["warning", "critical"]),
  openedAt: instant,
  closedAt: maybe,
  acknowledged: z.nullable(z.strictObject({ at: instant, by: z.string() })),
  snoozedUntil: maybe,
  note: z.string(),
});

export const listIncidents = {
  id: "listIncidents",
  method: "get",
  path: "/v1/sites/{site}/incidents",
  needs: "read",
  params: inSite,
  status: 200,
  /** The open ones, and the last hundred that closed. */
  answer: z.strictObject({ incidents: z.array(incident) }),
  refusals: [],
} as const satisfies Operation;

const delivery = z.strictObject({
  kind: z.string(),
  channel: z.string(),
  state: z.string(),
  attempts: z.int(),
  createdAt: instant,
  doneAt: maybe,
  error: z.nullable(z.string()),
});

export const readIncident = {
  id: "readIncident",
  method: "get",
  path: "/v1/incidents/{id}",
  needs: "read",
  params: ofIncident,
  status: 200,
  answer: z.extend(incident, { deliveries: z.array(delivery) }),
  refusals: ["not_found"],
} as const satisfies Operation;

export const acknowledge = {
  id: "acknowledge",
  method: "post",
  path: "/v1/incidents/{id}/acknowledge",
  needs: "write",
  params: ofIncident,
  status: 204,
  refusals: ["not_found", "conflict"],
} as const satisfies Operation;

export const snooze = {
  id: "snooze",
  method: "post",
  path: "/v1/incidents/{id}/snooze",
  needs: "write",
  params: ofIncident,
  body: z.strictObject({ seconds: lasting }),
  status: 204,
  refusals: ["not_found", "conflict"],
} as const satisfies Operation;

export const noteIncident = {
  id: "noteIncident",
  method: "post",
  path: "/v1/incidents/{id}/note",
  needs: "write",
  params: ofIncident,
  /** In place of the note before; an empty one takes it away. */
  body: z.strictObject({ note: z.string().check(z.maxLength(NOTE_MAX_CHARS)) }),
  status: 204,
  refusals: ["not_found"],
} as const satisfies Operation;
