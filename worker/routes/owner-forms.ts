/** `/owner`: which page stands at which address, and which act its forms ask for. */
import { Hono } from "hono";
import * as acts from "../../protocol/owner/acts.ts";
import * as channels from "../../protocol/owner/channels.ts";
import * as hosts from "../../protocol/owner/hosts.ts";
import type { Operation } from "../../protocol/owner/operation.ts";
import * as shares from "../../protocol/owner/shares.ts";
import * as gates from "../../protocol/owner/sign-in.ts";
import { ok } from "../../protocol/result.ts";
import type { Values } from "../page/owner/form.tsx";
import type { Done } from "../page/owner/frame.tsx";
import { invitedPage } from "../page/owner/hosts.tsx";
import { linkPage, sharePage, tokenPage } from "../page/owner/once.tsx";
import { incidentPath } from "../page/paths.ts";
import type { AppEnv } from "./context.ts";
import { instantOfForm, placeOf, secondsOf } from "./form.ts";
import * as pages from "./owner-shows.ts";
import { carryOut, type Pressed, type Show, toldOf, turnAway } from "./press.ts";

const DAY_SECONDS = 86_400;

interface Form {
  readonly path: string;
  readonly pressed: (c: Parameters<typeof carryOut>[0]) => Promise<Response>;
}

export function ownerFormRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use(turnAway);
  for (const [path, page] of Object.entries(PAGES))
    routes.get(path, async (c) => c.html(await page(c, await toldOf(c))));
  const forms = [incidentForms(), quietForms(), hostForms(), channelForms(), gateForms()].flat();
  for (const { path, pressed } of forms) routes.post(path, pressed);
  return routes;
}

const PAGES: Readonly<Record<string, Show>> = {
  "/": pages.hub,
  "/quiet": pages.quiet,
  "/hosts": pages.hostList,
  "/hosts/rotate": pages.rotation,
  "/hosts/revoke": pages.revocation,
  "/hosts/remove": pages.removal,
  "/channels": pages.channelList,
  "/channels/browsers/remove": pages.browserRemoval,
  "/access": pages.access,
  "/passkeys/remove": pages.passkeyRemoval,
  "/tokens/revoke": pages.tokenRevocation,
  "/shares/revoke": pages.shareRevocation,
  "/record": pages.record,
  "/export": pages.exportList,
  "/export/parts": pages.exportPart,
};

function form<const Op extends Operation>(path: string, pressed: Pressed<Op>): Form {
  return { path, pressed: (c) => carryOut(c, pressed) };
}

/** Back to the page, which says what was done. */
function done(path: string, what: Done) {
  return { leads: `${path}?done=${what}` };
}

const ofId = ({ id }: Values) => ({ params: { id } });
const ofPlace = ({ site, host }: Values) => ({ site, host });

/** Back to where the incident was answered: its own page, or the owner's. */
function answered(what: Done) {
  const pageOf = ({ from, id = "" }: Values) => (from === "incident" ? incidentPath(id) : "/owner");
  return { leads: (_: null, values: Values) => done(pageOf(values), what).leads };
}

function incidentForms(): Form[] {
  const page = pages.hub;
  return [
    form("/incidents/acknowledge", {
      ...{ operation: acts.acknowledge, given: ofId, page, yes: answered("acknowledged") },
    }),
    form("/incidents/snooze", {
      ...{ operation: acts.snooze, page, yes: answered("snoozed") },
      given: (values) => ({ ...ofId(values), body: { seconds: DAY_SECONDS } }),
    }),
    form("/incidents/note", {
      ...{ operation: acts.noteIncident, page, yes: answered("noted") },
      given: (values) => ({ ...ofId(values), body: { note: values.note } }),
    }),
    form("/plans/approve", {
      ...{ operation: hosts.approvePlan, page, yes: done("/owner", "approved") },
      given: (values) => ({ params: ofPlace(values), body: { putAt: values.putAt } }),
    }),
    form("/sign-out", { operation: gates.endOwnSession, page, yes: { leads: "/sign-in" } }),
  ];
}

function quietForms(): Form[] {
  const [page, blames] = [pages.quiet, "what"];
  const yes = (what: Done) => done("/owner/quiet", what);
  const now = (what: Done) => ({
    leads: (_: unknown, { from = "" }: Values) => yes(from.trim() === "" ? what : "planned").leads,
  });
  return [
    form("/quiet/silence", { operation: acts.silence, read: heldFrom, page, blames, yes: now("silenced") }),
    form("/quiet/recurring", {
      ...{ operation: acts.silence, page, blames, yes: yes("silenced") },
      given: (values) => held(values, { recurs: { cron: values.cron, zone: values.zone } }),
    }),
    form("/quiet/pause", { operation: acts.pause, read: heldFrom, page, blames, yes: now("paused") }),
    form("/quiet/end", {
      ...{ operation: acts.endAct, page, yes: yes("ended") },
      given: ({ site, id }) => ({ params: { site, id } }),
    }),
  ];
}

/** From now on, or from when the form says. */
function heldFrom(values: Values) {
  const fromAt = instantOfForm(values);
  return fromAt.ok ? ok(held(values, fromAt.value === undefined ? {} : { fromAt: fromAt.value })) : fromAt;
}

function held(values: Values, more: { readonly recurs?: unknown; readonly fromAt?: string } = {}) {
  const { site, scope } = placeOf(values);
  return { params: { site }, body: { scope, seconds: secondsOf(values), note: values.note, ...more } };
}

function hostForms(): Form[] {
  const place = ({ site = "", host = "" }: Values) => ({ site, host });
  return [
    form("/hosts", {
      ...{ operation: hosts.addHost, page: pages.hostList, blames: "host" },
      given: (values) => ({ body: ofPlace(values) }),
      yes: { shows: (invited, values, told) => invitedPage(place(values), invited, false, told) },
    }),
    form("/hosts/rotate", {
      ...{ operation: hosts.rotateKey, page: pages.rotation },
      given: (values) => ({ params: ofPlace(values) }),
      yes: { shows: (invited, values, told) => invitedPage(place(values), invited, true, told) },
    }),
    form("/hosts/revoke", {
      ...{ operation: hosts.revokeKey, page: pages.revocation, yes: done("/owner/hosts", "revoked") },
      given: ({ fingerprint }) => ({ params: { fingerprint } }),
    }),
    form("/hosts/remove", {
      ...{ operation: hosts.removeHost, page: pages.removal, yes: done("/owner/hosts", "removed") },
      given: (values) => ({ params: ofPlace(values) }),
    }),
  ];
}

function channelForms(): Form[] {
  const page = pages.channelList;
  const ofBrowser = ({ name, id }: Values) => ({ params: { name, id } });
  const yes = {
    leads: ({ at }: { readonly at: string }, { name = "" }: Values) =>
      `/owner/channels?${new URLSearchParams({ done: "tested", name, at })}`,
  };
  return [
    form("/channels/test", {
      ...{ operation: channels.testChannel, page, yes },
      given: ({ name }) => ({ params: { name } }),
    }),
    form("/channels/subscribe", {
      ...{ operation: channels.makeSubscribeCode, page },
      given: ({ name }) => ({ params: { name } }),
      yes: { shows: ({ link, expiresAt }, _, told) => linkPage("browser", link, expiresAt, told) },
    }),
    form("/channels/browsers/test", { operation: channels.testBrowser, given: ofBrowser, page, yes }),
    form("/channels/browsers/remove", {
      ...{ operation: channels.removeBrowser, given: ofBrowser, page: pages.browserRemoval },
      yes: done("/owner/channels", "browserRemoved"),
    }),
  ];
}

function gateForms(): Form[] {
  const page = pages.access;
  const yes = (what: Done) => done("/owner/access", what);
  return [
    form("/tokens", {
      ...{ operation: gates.makeToken, page },
      given: ({ name, may }) => ({ body: { name, may } }),
      yes: { shows: ({ token }, _, told) => tokenPage(token, told) },
    }),
    form("/tokens/revoke", {
      ...{ operation: gates.revokeToken, given: ofId, page: pages.tokenRevocation, yes: yes("tokenRevoked") },
    }),
    form("/shares", {
      ...{ operation: shares.makeShare, page },
      given: ({ name, shown = "" }) => ({ body: { name, sites: shown === "" ? null : [shown] } }),
      yes: { shows: ({ link }, _, told) => sharePage(link, told) },
    }),
    form("/shares/revoke", {
      ...{ operation: shares.revokeShare, given: ofId, page: pages.shareRevocation, yes: yes("shareRevoked") },
    }),
    form("/sessions/end", { operation: gates.endSession, given: ofId, page, yes: yes("sessionEnded") }),
    form("/passkeys/remove", {
      ...{ operation: gates.removePasskey, given: ofId, page: pages.passkeyRemoval, yes: yes("passkeyRemoved") },
    }),
    form("/passkeys/invite", {
      ...{ operation: gates.invitePasskey, page },
      yes: { shows: ({ link, expiresAt }, _, told) => linkPage("passkey", link, expiresAt, told) },
    }),
  ];
}
