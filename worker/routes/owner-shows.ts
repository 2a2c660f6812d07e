/** The owner's pages, each of what the API answers. */
import type { Context } from "hono";
import * as acts from "../../protocol/owner/acts.ts";
import { readAudit } from "../../protocol/owner/audit.ts";
import * as channels from "../../protocol/owner/channels.ts";
import { EXPORT_TABLES, exportJson, listExport } from "../../protocol/owner/export.ts";
import * as hosts from "../../protocol/owner/hosts.ts";
import { listShares } from "../../protocol/owner/shares.ts";
import { listPasskeys, listSessions, listTokens } from "../../protocol/owner/sign-in.ts";
import { scopesOfSite } from "../judge/acts.ts";
import { accessPage } from "../page/owner/access.tsx";
import { removeBrowserPage } from "../page/owner/browsers.tsx";
import { channelsPage, type Tested } from "../page/owner/channels.tsx";
import { exportPage, partPage } from "../page/owner/export.tsx";
import { removePasskeyPage, revokeSharePage, revokeTokenPage } from "../page/owner/gates.tsx";
import { hostsPage } from "../page/owner/hosts.tsx";
import { hubPage } from "../page/owner/hub.tsx";
import { revokePage, rotatePage } from "../page/owner/keys.tsx";
import { quietPage } from "../page/owner/quiet.tsx";
import { recordPage } from "../page/owner/record.tsx";
import { removePage } from "../page/owner/remove-host.tsx";
import { watchedKeys } from "../store/owner-acts.ts";
import type { AppEnv } from "./context.ts";
import { ask, certain, type Show } from "./press.ts";
import { zoneOf } from "./reader-zone.ts";

type C = Context<AppEnv>;

export const hub: Show = async (c, told) => {
  const listed = certain(await ask(c, channels.listChannels)).channels;
  const known = await knownHosts(c);
  const incidents = await Promise.all(
    sitesOf(known).map(async (site) => certain(await ask(c, acts.listIncidents, { params: { site } })).incidents),
  );
  const open = incidents.flat().filter(({ closedAt }) => closedAt === null);
  return hubPage({ incidents: open, hosts: known, channels: listed }, told);
};

export const quiet: Show = async (c, told) => {
  const sites = await Promise.all(
    sitesOf(await knownHosts(c)).map(async (site) => {
      const scopes = scopesOfSite(site, await watchedKeys(c.env.db, site));
      const held = certain(await ask(c, acts.listActs, { params: { site } }));
      return { site, scopes: scopes.map((scope) => (scope === `site:${site}` ? "site" : scope)), acts: held.acts };
    }),
  );
  return quietPage(sites, zoneOf(c.req.raw.cf) ?? "UTC", told);
};

export const hostList: Show = async (c, told) => hostsPage(await knownHosts(c), told);

/** Asked by the address, and shown again of what the form says. */
export const rotation: Show = async (c, told) => {
  const { site = "", host = "" } = told.tried?.values ?? c.req.query();
  return rotatePage({ site, host }, told);
};

export const revocation: Show = async (c, told) => {
  const { fingerprint } = told.tried?.values ?? c.req.query();
  const known = (await knownHosts(c)).flatMap(({ site, host, keys }) => keys.map((key) => ({ site, host, key })));
  const good = known.find(({ key }) => key.fingerprint === fingerprint && key.revokedAt === null);
  return revokePage(good ?? null, told);
};

export const removal: Show = async (c, told) => {
  const { site = "", host = "" } = told.tried?.values ?? c.req.query();
  const asked = await ask(c, hosts.readRemoval, { params: { site, host } });
  if (asked.ok) return removePage({ site, host }, asked.value, told);
  const { code, detail = "" } = asked.failure;
  return removePage({ site, host }, code === "conflict" ? detail : null, told);
};

export const channelList: Show = async (c, told) => {
  const listed = certain(await ask(c, channels.listChannels)).channels;
  const pushed = listed.filter(({ kind }) => kind === "push");
  const browsers = await Promise.all(pushed.map(async ({ name }) => [name, await browsersOf(c, name)] as const));
  return channelsPage(listed, new Map(browsers), await testedOf(c), told);
};

export const browserRemoval: Show = async (c, told) => {
  const { name = "", id = "" } = told.tried?.values ?? c.req.query();
  const browser = (await browsersOf(c, name)).find((one) => one.id === id);
  return removeBrowserPage(name, browser ?? null, told);
};

async function browsersOf(c: C, name: string) {
  const asked = await ask(c, channels.listBrowsers, { params: { name } });
  return asked.ok ? asked.value.browsers : [];
}

/** The test that the address names, if there was one. */
async function testedOf(c: C): Promise<Tested | null> {
  const { name = "", at = "" } = c.req.query();
  if (at === "") return null;
  const test = await ask(c, channels.readTest, { params: { name, at } });
  return test.ok ? { name, at, outcomes: test.value.outcomes } : null;
}

export const access: Show = async (c, told) => {
  const tokens = certain(await ask(c, listTokens));
  const sessions = certain(await ask(c, listSessions));
  const { shares } = certain(await ask(c, listShares));
  const gates = { ...tokens, ...sessions, ...certain(await ask(c, listPasskeys)) };
  return accessPage(gates, shares, sitesOf(await knownHosts(c)), told);
};

export const passkeyRemoval: Show = async (c, told) => {
  const { passkeys } = certain(await ask(c, listPasskeys));
  const { id } = told.tried?.values ?? c.req.query();
  return removePasskeyPage(passkeys.find((one) => one.id === id && one.removedAt === null) ?? null, told);
};

export const tokenRevocation: Show = async (c, told) => {
  const { tokens } = certain(await ask(c, listTokens));
  const { id } = told.tried?.values ?? c.req.query();
  return revokeTokenPage(tokens.find((one) => one.id === id && one.revokedAt === null) ?? null, told);
};

export const shareRevocation: Show = async (c, told) => {
  const { shares } = certain(await ask(c, listShares));
  const { id } = told.tried?.values ?? c.req.query();
  return revokeSharePage(shares.find((one) => one.id === id && one.revokedAt === null) ?? null, told);
};

export const record: Show = async (c, told) => {
  const after = c.req.query("after");
  const asked = await ask(c, readAudit, { query: after === undefined ? {} : { after } });
  // What no page called `next` is read as the beginning.
  const trail = asked.ok ? asked.value : certain(await ask(c, readAudit));
  return recordPage(trail, told);
};

export const exportList: Show = async (c, told) => exportPage(certain(await ask(c, listExport)).tables, told);

/** The part that the address names; what is none is shown the way to all. */
export const exportPart: Show = async (c, told) => {
  const { after, part } = c.req.query();
  const table = EXPORT_TABLES.find((one) => one === c.req.query("table"));
  if (table === undefined) return exportList(c, told);
  const asked = await ask(c, exportJson, { params: { table }, query: after === undefined ? {} : { after } });
  if (!asked.ok) return exportList(c, told);
  const { rows, next } = asked.value;
  const number = Math.max(1, Math.trunc(Number(part ?? 1)) || 1);
  return partPage({ table, after: after ?? null, number, rows: rows.length, next }, told);
};

async function knownHosts(c: C) {
  return certain(await ask(c, hosts.listHosts)).hosts;
}

function sitesOf(known: readonly { readonly site: string }[]): string[] {
  return [...new Set(known.map(({ site }) => site))];
}
