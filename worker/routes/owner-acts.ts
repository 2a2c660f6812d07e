/** `/v1/sites/{site}/…` and `/v1/incidents/…`: silences, pauses, and answers to incidents. */

import { nearest } from "../../protocol/nearest.ts";
import * as operations from "../../protocol/owner/acts.ts";
import type { Refusal } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { zoneFault } from "../../protocol/zone.ts";
import { scopesOfSite } from "../judge/acts.ts";
import { titleAlone } from "../judge/headline.ts";
import type { Owner } from "../judge/reader.ts";
import { canonicalSchedule, scheduleFault } from "../judge/schedule.ts";
import { incidentOfId, isAcknowledged } from "../store/answers.ts";
import type { Database } from "../store/database.ts";
import * as store from "../store/owner-acts.ts";
import { type KeptIncident, recentIncidents } from "../store/verdicts.ts";
import type { AppEnv } from "./context.ts";
import { isoOf, isoOrNull } from "./iso.ts";
import { randomHex } from "./secret.ts";
import { on, type Served } from "./serve.ts";

const CLOSED_MAX = 100;
const PLANNED_MAX_MS = 366 * 86_400_000;
const OVER = failed({ code: "conflict", detail: "it is over: there is nothing left to do" } as const);

type Env = AppEnv["Bindings"];
type Begun = Result<{ readonly id: string }, Refusal>;

export function ownerActRoutes(): Served[] {
  return [
    on(operations.listActs, async ({ params }, c) => {
      const rows = await store.livingActs(c.env.db, params.site, c.env.now);
      return ok({ acts: rows.map(shownAct) });
    }),
    on(operations.silence, async ({ params, body, owner }, c) => {
      const began = beginning(body, c.env.now);
      if (!began.ok) return began;
      const fromAt = began.value;
      const base = { kind: "silence", scope: body.scope, fromAt, note: body.note } as const;
      if (body.recurs === undefined) {
        return begin(c.env, params.site, owner, { ...base, untilAt: fromAt + body.seconds * 1000, recurs: null });
      }
      const fault = scheduleFault(body.recurs);
      if (fault !== null) {
        const path = zoneFault(body.recurs.zone) === null ? "recurs.cron" : "recurs.zone";
        return failed({ code: "malformed", errors: [{ path, message: fault }] });
      }
      const canonical = canonicalSchedule(body.recurs);
      const zone = "zone" in canonical ? canonical.zone : body.recurs.zone;
      const recurs = { cron: body.recurs.cron, zone, seconds: body.seconds };
      return begin(c.env, params.site, owner, { ...base, untilAt: null, recurs });
    }),
    on(operations.pause, async ({ params, body, owner }, c) => {
      const began = beginning(body, c.env.now);
      if (!began.ok) return began;
      const fromAt = began.value;
      const untilAt = body.seconds === undefined ? null : fromAt + body.seconds * 1000;
      const { scope, note } = body;
      return begin(c.env, params.site, owner, { kind: "pause", scope, fromAt, untilAt, recurs: null, note });
    }),
    on(operations.endAct, async ({ params, owner }, c) => {
      const { db, now, sweepSoon } = c.env;
      const isOver = await store.overAct(db, params.site, params.id, owner, now);
      if (!isOver) return failed({ code: "not_found", detail: "no silence or pause has this id, or it is over" });
      sweepSoon();
      return ok(null);
    }),
    on(operations.listIncidents, async ({ params }, c) => {
      const known = await recentIncidents(c.env.db, [params.site], CLOSED_MAX);
      return ok({ incidents: known.map((incident) => shownIncident(incident, c.env.now)) });
    }),
    on(operations.readIncident, async ({ params }, c) => {
      const incident = await found(c.env.db, params.id);
      if (!incident.ok) return incident;
      const sent = await store.deliveriesOf(c.env.db, params.id);
      const deliveries = sent.map(({ createdAt, doneAt, ...rest }) => ({
        ...rest,
        ...{ createdAt: isoOf(createdAt), doneAt: isoOrNull(doneAt) },
      }));
      return ok({ ...shownIncident(incident.value, c.env.now), deliveries });
    }),
    on(operations.acknowledge, async ({ params, owner }, c) => {
      const incident = await found(c.env.db, params.id);
      if (!incident.ok) return incident;
      if (isAcknowledged(incident.value)) return ok(null);
      return (await store.acknowledge(c.env.db, incident.value, owner, c.env.now)) ? ok(null) : OVER;
    }),
    on(operations.snooze, async ({ params, body, owner }, c) => {
      const { db, now } = c.env;
      const incident = await found(db, params.id);
      if (!incident.ok) return incident;
      return (await store.snoozeUntil(db, incident.value, now + body.seconds * 1000, owner, now)) ? ok(null) : OVER;
    }),
    on(operations.noteIncident, async ({ params, body, owner }, c) => {
      const incident = await found(c.env.db, params.id);
      if (!incident.ok) return incident;
      await store.putNote(c.env.db, incident.value, body.note, owner, c.env.now);
      return ok(null);
    }),
  ];
}

type Asked = Omit<Parameters<typeof store.putAct>[2], "id">;

interface Timed {
  readonly fromAt?: string | undefined;
  readonly seconds?: number | undefined;
  readonly recurs?: unknown;
}

/** When it begins: now, or when it is planned to, if that is no mistake in the date. */
function beginning({ fromAt, seconds, recurs }: Timed, now: number): Result<number, Refusal> {
  if (fromAt === undefined) return ok(now);
  const at = Date.parse(fromAt);
  const isOver = recurs === undefined && seconds !== undefined && at + seconds * 1000 <= now;
  if (!isOver && at <= now + PLANNED_MAX_MS) return ok(at);
  const message = isOver ? "it would be over already" : "it has to begin within a year";
  return failed({ code: "malformed", errors: [{ path: "fromAt", message }] });
}

/** Begins a silence or a pause of something that is there. */
async function begin({ db, now, sweepSoon }: Env, site: string, owner: Owner, act: Asked): Promise<Begun> {
  const there = scopesOfSite(site, await store.watchedKeys(db, site));
  const scope = act.scope === "site" ? `site:${site}` : act.scope;
  if (!there.includes(scope)) {
    const meant = nearest(scope, there);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    return failed({ code: "not_found", detail: `nothing is watched as ${scope}${hint}` });
  }
  const id = randomHex(8);
  await store.putAct(db, site, { ...act, id, scope }, owner, now);
  sweepSoon();
  return ok({ id });
}

async function found(db: Database, id: string): Promise<Result<KeptIncident, Refusal>> {
  const incident = await incidentOfId(db, id);
  return incident === null ? failed({ code: "not_found", detail: "there is no such incident" }) : ok(incident);
}

function shownAct(row: Awaited<ReturnType<typeof store.livingActs>>[number]) {
  const { id, scope, fromAt, untilAt, cron, zone, seconds, note, madeBy, madeAt } = row;
  const kind = row.kind === "pause" ? ("pause" as const) : ("silence" as const);
  const recurs = cron === null || zone === null || seconds === null ? null : { cron, zone, seconds };
  const times = { fromAt: isoOf(fromAt), untilAt: isoOrNull(untilAt), madeAt: isoOf(madeAt) };
  return { id, kind, scope, recurs, note, by: madeBy, ...times };
}

function shownIncident(incident: KeptIncident, now: number) {
  const { id, site, root, severity, openedAt, closedAt, note, attention } = incident;
  const { ackedAt, ackedBy, snoozedUntil } = attention;
  return {
    ...{ id, site, root, title: titleAlone(incident, site, now), severity, note },
    ...{ openedAt: isoOf(openedAt), closedAt: isoOrNull(closedAt), snoozedUntil: isoOrNull(snoozedUntil) },
    acknowledged: ackedAt === null ? null : { at: isoOf(ackedAt), by: ackedBy ?? "" },
  };
}
