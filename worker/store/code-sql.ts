/** One-time codes as statements: for a host that enrols, and for a browser that takes pushes. Of a code its hash is stored. */
import { type SQL, sql } from "drizzle-orm";
import { audited, type Doer } from "./audit.ts";

export interface HostCode {
  readonly codeHash: string;
  readonly site: string;
  readonly host: string;
  readonly expiresAt: number;
  /** With its use every other key of the host is revoked. */
  readonly replaces: boolean;
}

export function hostCode({ codeHash, site, host, expiresAt, replaces }: HostCode): SQL {
  return sql`INSERT INTO enrollments (code_hash, site, host, expires_at, replaces)
    VALUES (${codeHash}, ${site}, ${host}, ${expiresAt}, ${replaces ? 1 : 0})`;
}

export function inviteHost(code: HostCode, doer: Doer, now: number): SQL[] {
  const { site, host, replaces } = code;
  const act = replaces ? "rotate key" : "invite host";
  return audited(hostCode(code), doer, { act, site, subject: `host:${host}` }, now);
}

export interface SubscribeCode {
  readonly codeHash: string;
  readonly channel: string;
  readonly expiresAt: number;
}

/** `by` is who lets the browser in. */
export function subscribeCode({ codeHash, channel, expiresAt }: SubscribeCode, by: string): SQL {
  return sql`INSERT INTO subscribe_codes (code_hash, channel, expires_at, made_by)
    VALUES (${codeHash}, ${channel}, ${expiresAt}, ${by})`;
}

export function inviteBrowser(code: SubscribeCode, doer: Doer, now: number): SQL[] {
  return audited(subscribeCode(code, doer.by), doer, { act: "invite browser", site: "", subject: code.channel }, now);
}
