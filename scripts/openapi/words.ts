/** What each operation of the owner's API does, for people. Kept out of the worker, which needs no words for it. */
import * as acts from "../../protocol/owner/acts.ts";
import { readAudit } from "../../protocol/owner/audit.ts";
import * as channels from "../../protocol/owner/channels.ts";
import * as all from "../../protocol/owner/export.ts";
import * as hosts from "../../protocol/owner/hosts.ts";
import type { Operation } from "../../protocol/owner/operation.ts";
import * as shares from "../../protocol/owner/shares.ts";
import * as signIn from "../../protocol/owner/sign-in.ts";

export interface Group {
  readonly tag: string;
  readonly operations: readonly { readonly operation: Operation; readonly summary: string }[];
}

function told(operation: Operation, summary: string): Group["operations"][number] {
  return { operation, summary };
}

export const GROUPS: readonly Group[] = [
  {
    tag: "Hosts",
    operations: [
      told(
        hosts.listHosts,
        "Hosts, with their keys, codes that nobody used yet, and plans that watch less than before",
      ),
      told(
        hosts.addHost,
        "A one-time code for a new host, with what to type there. Compare the fingerprint afterwards",
      ),
      told(hosts.rotateKey, "A code for a new key of a host: with its use the old one is revoked"),
      told(hosts.revokeKey, "Revoke a key: what it signs is refused from now on"),
      told(hosts.readRemoval, "What would go with a host, and which incidents would close"),
      told(hosts.removeHost, "Take a host out of its site: its watches, plan and key. Runs and incidents stay"),
      told(hosts.approvePlan, "Say that a plan which watches less is meant so"),
    ],
  },
  {
    tag: "Incidents",
    operations: [
      told(acts.listIncidents, "Open incidents of a site, and the last that closed"),
      told(acts.readIncident, "One incident, and what was sent of it to whom"),
      told(acts.acknowledge, "Somebody knows: no reminders until it changes"),
      told(acts.snooze, "No reminders for a time"),
      told(acts.noteIncident, "What was learnt from it"),
    ],
  },
  {
    tag: "Quiet",
    operations: [
      told(acts.listActs, "Silences and pauses of a site that are not over"),
      told(acts.silence, "Hold back alerts for a time, once or by cron; recording goes on"),
      told(acts.pause, "Do not judge something, for a time or until it is ended"),
      told(acts.endAct, "End a silence or a pause"),
    ],
  },
  {
    tag: "Channels",
    operations: [
      told(channels.listChannels, "Channels, and how they are"),
      told(channels.testChannel, "Send a real test through a channel"),
      told(channels.readTest, "How a test ended"),
      told(channels.makeSubscribeCode, "A link that lets one browser take the pushes of a channel"),
      told(channels.listBrowsers, "Browsers and phones that take the pushes of a channel"),
      told(channels.testBrowser, "Send a real test to one of them; readTest tells how it ended"),
      told(channels.removeBrowser, "Push to one of them no more"),
    ],
  },
  {
    tag: "Links",
    operations: [
      told(shares.listShares, "Links that show private sites, and those that were revoked"),
      told(shares.makeShare, "Make a link that shows what is public of private sites; it is shown this once"),
      told(shares.revokeShare, "Revoke a link: it shows what everybody sees, from now on"),
    ],
  },
  {
    tag: "Audit",
    operations: [told(readAudit, "What owners did, the newest first, a page at a time")],
  },
  {
    tag: "Export",
    operations: [
      told(all.listExport, "Which tables there are"),
      told(all.exportJson, "A page of a table, as JSON"),
      told(all.exportCsv, "A page of a table, as CSV"),
    ],
  },
  {
    tag: "Sign-in",
    operations: [
      told(signIn.askToSignIn, "What a passkey has to sign"),
      told(signIn.signIn, "Sign in with a passkey's answer: sets the session's cookie"),
      told(signIn.askToEnrol, "What a new passkey has to sign, for who has a link"),
      told(signIn.enrolPasskey, "Enrol a passkey by a link, and sign in with it"),
      told(signIn.readSession, "Who is asking"),
      told(signIn.endOwnSession, "Sign out"),
      told(signIn.listSessions, "Who is signed in, and with what"),
      told(signIn.endSession, "End a session, as of a device that was lost"),
      told(signIn.listPasskeys, "Passkeys, and those that were removed"),
      told(signIn.invitePasskey, "A link for a passkey of yours on another device"),
      told(signIn.removePasskey, "Remove a passkey and end its sessions; not the last one"),
      told(signIn.listTokens, "Tokens, with the day of their last use"),
      told(signIn.makeToken, "Make a token, which is shown this once"),
      told(signIn.revokeToken, "Revoke a token"),
    ],
  },
];
