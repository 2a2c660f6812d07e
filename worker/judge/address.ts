/**
 * Which addresses the worker may call. Cloudflare's network reaches no private address; a worker that runs elsewhere, on a
 * machine of the owner's, would. Names are not resolved: what they point to is for the network to refuse.
 * Sources: IANA's special-purpose address registries (RFC 6890), RFC 6761 and RFC 6762 for names.
 */

/** What is wrong with calling this URL or host, or undefined. */
export function placeFault(place: string): string | undefined {
  // The parser writes every form of an IPv4 address (hexadecimal, one number) in the usual one.
  const url = URL.parse(place.includes("://") ? place : `https://${place}`);
  if (url === null) return "is not an address";
  if (isPrivate(url.hostname)) return "is a private address: set ALLOW_PRIVATE_URLS = true to allow it";
  return url.protocol === "https:" ? undefined : "must begin with https:// (ALLOW_PRIVATE_URLS = true allows http://)";
}

function isPrivate(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return name.includes(":") ? isPrivateV6(name) : isPrivateV4(name) || isLocalName(name);
}

function isLocalName(name: string): boolean {
  return (
    !name.includes(".") || /\.(localhost|localdomain|local|internal|intranet|lan|home|corp|home\.arpa)$/.test(name)
  );
}

/** First addresses and lengths of networks that are not for the public (IANA IPv4 Special-Purpose Address Registry). */
const NOT_PUBLIC_V4 = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x64400000, 10],
  [0x7f000000, 8],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000000, 24],
  [0xc0000200, 24],
  [0xc0586300, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xc6336400, 24],
  [0xcb007100, 24],
  [0xe0000000, 3],
] as const;

function isPrivateV4(name: string): boolean {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(name)) return false;
  const address = name.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return NOT_PUBLIC_V4.some(([first, bits]) => address >= first && address < first + 2 ** (32 - bits));
}

/**
 * Only global unicast addresses (2000::/3) are public. Of those are not: the ones that carry an IPv4 address, which would
 * need to be looked at (6to4, Teredo), other special purposes (2001::/23), and documentation.
 */
function isPrivateV6(name: string): boolean {
  const [first = 0, second = 0] = groupsOf(name);
  if (first >>> 13 !== 1) return true;
  if (first === 0x2002 || first === 0x3fff) return true;
  return first === 0x2001 && (second < 0x200 || second === 0xdb8);
}

/** The first two of the eight groups of an address that the URL parser wrote. */
function groupsOf(name: string): number[] {
  const [head = ""] = name.split("::");
  const groups = head.split(":").map((group) => Number.parseInt(group, 16) || 0);
  return [groups[0] ?? 0, groups[1] ?? 0];
}
