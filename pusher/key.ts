/** The host's Ed25519 key: a PKCS8 PEM file (RFC 8410) with mode 0600, made by `enroll`, read whenever something is sent. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fromBase64url } from "../protocol/base64url.ts";
import { failed, ok, type Result } from "../protocol/result.ts";
import { keyIdOf, type SigningKey } from "../protocol/signature.ts";
import { fillFile, reasonOf, rename, replaceFile, syncFolder } from "./files.ts";
import type { Secrets } from "./secrets.ts";

export interface HostKey extends SigningKey {
  /** Raw, 32 bytes in base64url. */
  readonly publicKey: string;
}

/** Reads the key behind a reference; relative paths are against `folder`. */
export async function loadKey(reference: string, folder: string, secrets: Secrets): Promise<Result<HostKey, string>> {
  const pem = secrets.resolve(reference, folder);
  if (!pem.ok) return failed(`no key: ${pem.failure}; \`enroll CODE\` makes one`);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.value);
  } catch {
    return failed(`the key behind ${reference} is no PEM private key; restore it, or remove it and enrol again`);
  }
  const publicKey = createPublicKey(key).export({ format: "jwk" }).x;
  if (key.asymmetricKeyType !== "ed25519" || publicKey === undefined) {
    return failed(`the key behind ${reference} is ${key.asymmetricKeyType}, not ed25519; enrol with a fresh one`);
  }
  const der = new Uint8Array(key.export({ type: "pkcs8", format: "der" }));
  const privateKey = await crypto.subtle.importKey("pkcs8", der, { name: "Ed25519" }, false, ["sign"]);
  return ok({ publicKey, privateKey, keyId: await keyIdOf(fromBase64url(publicKey)) });
}

/**
 * Makes the key file of a `file:` reference unless it is there; true when it was made. `protect` keeps a file to its owner; it is
 * asked before the key is in it.
 */
export async function makeKey(
  reference: string,
  folder: string,
  protect: (path: string) => Promise<void>,
): Promise<Result<boolean, string>> {
  if (!reference.startsWith("file:")) return ok(false);
  const path = resolve(folder, reference.slice("file:".length));
  if (existsSync(path)) return ok(false);
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const fresh = `${path}.new`;
  try {
    replaceFile(fresh, "", { durable: false, mode: 0o600 });
    await protect(fresh);
    fillFile(fresh, pem);
    rename(fresh, path);
    syncFolder(dirname(path));
    return ok(true);
  } catch (error) {
    return failed(`the key file ${path} cannot be written: ${reasonOf(error)}`);
  }
}
