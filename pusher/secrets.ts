/**
 * Secrets by reference: `file:PATH` (its text without the last newline) or `env:NAME`. Every value that was ever
 * resolved is known here, and `redact` takes all of them out of a text: the one funnel for tails and messages.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { failed, ok, type Result } from "../protocol/result.ts";
import { reasonOf } from "./files.ts";
import { REDACT_MIN_CHARS } from "./limits.ts";

export interface Secrets {
  /** The value behind a reference; a text that is no reference is itself. Relative paths are against `folder`. */
  readonly resolve: (reference: string, folder: string) => Result<string, string>;
  /** Makes a secret known that no reference led to. */
  readonly learn: (secret: string) => void;
  readonly redact: (text: string) => string;
}

/** The secrets of one process; `env` is the environment that `env:NAME` reads. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): Secrets {
  const known = new Set<string>();
  const learn = (secret: string) => {
    for (const part of partsOf(secret)) known.add(part);
  };
  return {
    learn,
    resolve: (reference, folder) => {
      const found = lookUp(reference, folder, env);
      if (found.ok && isReference(reference)) learn(found.value);
      return found;
    },
    redact: (text) => {
      const longestFirst = [...known].sort((a, b) => b.length - a.length);
      return longestFirst.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
    },
  };
}

function isReference(text: string): boolean {
  return text.startsWith("file:") || text.startsWith("env:");
}

function lookUp(
  reference: string,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Result<string, string> {
  if (reference.startsWith("env:")) {
    const name = reference.slice("env:".length);
    const value = env[name];
    return value === undefined || value === ""
      ? failed(`the environment variable ${name} is not set; set it where the pusher is started`)
      : ok(value);
  }
  if (!reference.startsWith("file:")) return ok(reference);
  const path = resolve(folder, reference.slice("file:".length));
  try {
    const value = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    return value === "" ? failed(`the secret file ${path} is empty`) : ok(value);
  } catch (error) {
    return failed(`the secret file ${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** A secret of several lines (a key) is also taken out line by line: tools print lines. */
function partsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => !line.startsWith("-----"));
  return [secret, ...lines].filter((part) => part.length >= REDACT_MIN_CHARS);
}
