/** `/v1/sites/{site}/hosts/{host}/removal` and `…/remove`: what would go with a host, and its going. */
import { readRemoval, removeHost } from "../../protocol/owner/hosts.ts";
import type { Refusal } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { titleAlone } from "../judge/headline.ts";
import { type Removal, withoutHost } from "../judge/removal.ts";
import { sayRemoved } from "../judge/say-removed.ts";
import { routingsOf } from "../settings.ts";
import * as store from "../store/host-removal.ts";
import { plansOf } from "../store/hosts.ts";
import { openIncidents } from "../store/verdicts.ts";
import { watchesOfSites } from "../store/watches.ts";
import type { AppEnv } from "./context.ts";
import { on, type Served } from "./serve.ts";

interface Place {
  readonly site: string;
  readonly host: string;
}

export function ownerRemovalRoutes(): Served[] {
  return [
    on(readRemoval, async ({ params }, c) => {
      const { db, now } = c.env;
      const removal = await removalOf(c.env, params);
      if (!removal.ok) return removal;
      const { removed, scopes } = removal.value;
      const open = (await openIncidents(db, [params.site])).filter(({ root }) => scopes.includes(root));
      const incidents = open.map((incident) => ({ id: incident.id, title: titleAlone(incident, params.site, now) }));
      return ok({ watches: [...removed], incidents });
    }),
    on(removeHost, async ({ params, owner }, c) => {
      const { db, settings, now, sweepSoon } = c.env;
      const removal = await removalOf(c.env, params);
      if (!removal.ok) return removal;
      const notice = sayRemoved(params, removal.value.removed, owner.by, now);
      const routings = routingsOf(settings);
      await store.removeHost(db, { ...params, ...removal.value, notice, routings }, owner, now);
      sweepSoon();
      return ok(null);
    }),
  ];
}

async function removalOf({ db, now }: AppEnv["Bindings"], place: Place): Promise<Result<Removal, Refusal>> {
  const { site, host } = place;
  if (!(await store.isHost(db, site, host, now))) {
    return failed({ code: "not_found", detail: `there is no host ${host} at ${site}` });
  }
  const removal = withoutHost(place, await plansOf(db, site), await watchesOfSites(db, [site]), now);
  if (!Array.isArray(removal)) return ok(removal);
  // Two hosts may have put their plans at the same moment.
  return failed({ code: "conflict", detail: `put the other hosts' plans right first: ${removal.join("; ")}` });
}
