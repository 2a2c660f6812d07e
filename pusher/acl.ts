/**
 * Who may read a file of Windows. Its tools speak the language of Windows, so all of this is by security identifiers: what `whoami`
 * and `icacls` take and give. Pure. https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
 */

const SYSTEM = "S-1-5-18";
const ADMINISTRATORS = "S-1-5-32-544";

export const WHO_AM_I: readonly string[] = ["whoami", "/user", "/fo", "csv", "/nh"];

/** `"HOST\anna","S-1-5-21-…-1001"` -> the identifier of the account that asked. */
export function sidIn(answer: string): string | undefined {
  return /"(S-1-[\d-]+)"/.exec(answer)?.[1];
}

/** Leaves a file to one account, the system and administrators (who could take it anyway), and nobody else. */
export function protectArgv(path: string, sid: string): readonly string[] {
  const accounts = [...new Set([SYSTEM, ADMINISTRATORS, sid])];
  return ["icacls", path, "/inheritance:r", "/grant:r", ...accounts.map((account) => `*${account}:F`)];
}

/** Writes the access list of `path` into a file, in UTF-16: the file's name, and below it the list as SDDL. */
export function saveArgv(path: string, into: string): readonly string[] {
  return ["icacls", path, "/save", into];
}

/** Accounts that may read the file, beside its owner, the system and administrators. */
export interface Readers {
  /** Groups that anybody on the machine or in the network is in. */
  readonly everybody: readonly string[];
  /** Accounts and groups of which nothing is known but their identifier. */
  readonly others: readonly string[];
}

/** In SDDL: administrators, system, the local administrator, the owner. */
const TRUSTED = ["BA", "SY", "LA", "OW", "CO", SYSTEM, ADMINISTRATORS, "S-1-3-0", "S-1-3-4"];
const EVERYBODY: Readonly<Record<string, string>> = {
  WD: "Everyone",
  "S-1-1-0": "Everyone",
  BU: "Users",
  "S-1-5-32-545": "Users",
  AU: "Authenticated Users",
  "S-1-5-11": "Authenticated Users",
  IU: "Interactive",
  "S-1-5-4": "Interactive",
  NU: "Network",
  AN: "Anonymous",
  BG: "Guests",
  DU: "Domain Users",
  PU: "Power Users",
  AC: "all apps",
};

/** Reads an access list; undefined when there is none in the text. `me` is the account that asks. */
export function readersIn(saved: string, me: string | undefined): Readers | undefined {
  const list = /D:([A-Z_]*)((?:\([^)]*\))*)/.exec(saved);
  if (list === null) return undefined;
  // Without an access list at all, everybody may do everything.
  if (list[1]?.includes("NO_ACCESS_CONTROL")) return { everybody: ["Everyone"], others: [] };
  const allowed = [...(list[2] ?? "").matchAll(/\(A;[^;]*;[^;]*;[^;]*;[^;]*;([^;)]*)/g)].map(([, sid = ""]) => sid);
  const known = (sid: string) => (Object.hasOwn(EVERYBODY, sid) ? EVERYBODY[sid] : undefined);
  return {
    everybody: [...new Set(allowed.flatMap((sid) => known(sid) ?? []))],
    others: allowed.filter((sid) => known(sid) === undefined && sid !== me && !TRUSTED.includes(sid)),
  };
}
