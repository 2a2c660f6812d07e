/** `/v1/channels/{name}/browsers`: who takes the pushes of a channel, a test of one, and its end. */
import * as operations from "../../protocol/owner/channels.ts";
import type { Refusal } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import * as store from "../store/browsers.ts";
import type { Database } from "../store/database.ts";
import { isoOf, isoOrNull } from "./iso.ts";
import { unknownChannel } from "./owner-channels.ts";
import { pushChannels } from "./push-channels.ts";
import { on, type Served } from "./serve.ts";

export function ownerBrowserRoutes(): Served[] {
  return [
    on(operations.listBrowsers, async ({ params }, c) => {
      const { db, settings } = c.env;
      if (!pushChannels(settings).some(({ name }) => name === params.name)) return unknownChannel(settings, "push");
      return ok({ browsers: (await store.browsersOf(db, params.name)).map(shownBrowser) });
    }),
    on(operations.testBrowser, async ({ params, owner }, c) => {
      const { db, now, sweepSoon } = c.env;
      const browser = await found(db, params);
      if (!browser.ok) return browser;
      if (browser.value.goneAt !== null)
        return failed({ code: "not_found", detail: "its push service says it is gone" });
      await store.testBrowser(db, params.name, browser.value, owner, now);
      sweepSoon();
      return ok({ at: isoOf(now) });
    }),
    on(operations.removeBrowser, async ({ params, owner }, c) => {
      const { db, now } = c.env;
      const browser = await found(db, params);
      if (!browser.ok) return browser;
      await store.removeBrowser(db, params.name, browser.value, owner, now);
      return ok(null);
    }),
  ];
}

async function found(
  db: Database,
  { name, id }: { readonly name: string; readonly id: string },
): Promise<Result<store.Browser, Refusal>> {
  const browser = await store.browserOf(db, name, id);
  return browser === null ? failed({ code: "not_found", detail: "this channel has no such browser" }) : ok(browser);
}

function shownBrowser({ id, name, madeBy, createdAt, lastOkAt, lastError, goneAt }: store.Browser) {
  const times = { subscribedAt: isoOf(createdAt), lastDeliveredAt: isoOrNull(lastOkAt), goneAt: isoOrNull(goneAt) };
  return { id, name, by: madeBy, error: lastError, ...times };
}
