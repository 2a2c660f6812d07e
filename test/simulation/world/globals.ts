/**
 * The globals that a bundle finds in its cage instead of the process's own: a clock that somebody else moves, timers on the
 * simulated time, and the same cryptography without threads, so that it ends when it is called and always in one order.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  KeyObject,
  sign as signWith,
  timingSafeEqual,
  verify as verifyWith,
  type webcrypto,
} from "node:crypto";

/** A `Date` whose "now" is told; instants that are given are the real thing. */
export function dateOf(now: () => number): DateConstructor {
  return new Proxy(Date, {
    construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args, target),
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
  });
}

/**
 * Making a formatter costs more than a whole judgement, and asking one for an instant is dear too: formatters that are asked for
 * alike are the same one, and keep what they said of the last instants. What they say is the real thing.
 */
export const cachedIntl: typeof Intl = new Proxy(Intl, {
  get: (target, key) => (key === "DateTimeFormat" ? formatters : Reflect.get(target, key)),
});

const KEPT_MAX = 5_000;
const known = new Map<string, Intl.DateTimeFormat>();
const formatters = new Proxy(Intl.DateTimeFormat, {
  construct: (_, args) => {
    const name = JSON.stringify(args);
    const found = known.get(name) ?? remembering(new Intl.DateTimeFormat(...args));
    known.set(name, found);
    return found;
  },
});

function remembering(formatter: Intl.DateTimeFormat): Intl.DateTimeFormat {
  const parts = remembered((at) => formatter.formatToParts(at));
  const texts = remembered((at) => formatter.format(at));
  const options = formatter.resolvedOptions();
  return new Proxy(formatter, {
    get: (target, key) => {
      if (key === "formatToParts") return parts;
      if (key === "format") return texts;
      if (key === "resolvedOptions") return () => options;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A function of an instant (a Date or milliseconds) that remembers its last answers. */
function remembered<Said>(say: (at: number) => Said): (at: Date | number) => Said {
  let answers = new Map<number, Said>();
  return (instant) => {
    const at = Number(instant);
    const answer = answers.get(at) ?? say(at);
    if (answers.size >= KEPT_MAX) answers = new Map();
    answers.set(at, answer);
    return answer;
  };
}

type Bytes = ArrayBuffer | Uint8Array;
/** `timingSafeEqual` is workerd's own. */
type Subtle = Pick<typeof webcrypto.subtle, "digest" | "importKey" | "sign" | "verify"> & {
  timingSafeEqual: (a: Uint8Array, b: Uint8Array) => boolean;
};

const keys = new Map<string, webcrypto.CryptoKey>();
const objects = new WeakMap<object, KeyObject>();

/** What the two programs use of WebCrypto; anything else would be missed at once. */
export const subtle: Subtle = {
  digest: async (algorithm, data) => {
    if (algorithm !== "SHA-256") throw new Error("only SHA-256 is in this cage");
    return exact(createHash("sha256").update(viewOf(data)).digest());
  },
  importKey: async (
    format: string,
    data: Bytes | object,
    algorithm: unknown,
    _: boolean,
    usages: readonly string[],
  ) => {
    const bytes = viewOf(data);
    const isHmac = isHmacKey(algorithm);
    const name = `${isHmac ? "hmac" : format}/${Buffer.from(bytes).toString("base64url")}`;
    const found = keys.get(name) ?? (isHmac ? hmacKey(bytes) : cryptoKey(format, bytes, usages));
    keys.set(name, found);
    return found;
  },
  sign: async (algorithm, key, data) =>
    algorithm === "HMAC"
      ? exact(createHmac("sha256", objectOf(key)).update(viewOf(data)).digest())
      : exact(signWith(null, viewOf(data), objectOf(key))),
  timingSafeEqual,
  verify: async (_, key, signature, data) => verifyWith(null, viewOf(data), objectOf(key), viewOf(signature)),
};

function isHmacKey(algorithm: unknown): boolean {
  return typeof algorithm === "object" && algorithm !== null && "name" in algorithm && algorithm.name === "HMAC";
}

function hmacKey(bytes: Uint8Array) {
  return createSecretKey(bytes).toCryptoKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
}

function cryptoKey(format: string, bytes: Uint8Array, usages: readonly string[]) {
  const object =
    format === "raw"
      ? createPublicKey({
          key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(bytes).toString("base64url") },
          format: "jwk",
        })
      : createPrivateKey({ key: Buffer.from(bytes), format: "der", type: "pkcs8" });
  const allowed = usages.filter((usage) => usage === "sign" || usage === "verify");
  return object.toCryptoKey({ name: "Ed25519" }, true, allowed);
}

function objectOf(key: webcrypto.CryptoKey): KeyObject {
  const found = objects.get(key) ?? KeyObject.from(key);
  objects.set(key, found);
  return found;
}

function viewOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new Error("not bytes");
}

function exact(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
