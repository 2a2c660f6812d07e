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
  return name === "localhost" || !name.includes(".") || /\.(localhost|local|internal|lan|home\.arpa)$/.test(name);
}

function isPrivateV4(name: string): boolean {
  const parts = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(name);
  if (parts === null) return false;
  const [first, second] = [Number(parts[1]), Number(parts[2])];
  if (first === 0 || first === 10 || first === 127 || first >= 224) return true;
  if (first === 100) return second >= 64 && second <= 127;
  if (first === 172) return second >= 16 && second <= 31;
  if (first === 198) return second === 18 || second === 19;
  return (first === 169 && second === 254) || (first === 192 && (second === 168 || second === 0));
}

function isPrivateV6(name: string): boolean {
  // Unspecified, loopback and every address that carries an IPv4 one; unique local, link local, multicast.
  return name.startsWith("::") || name.startsWith("64:ff9b:") || /^(f[cd]|fe[89ab]|ff)/.test(name);
}
