/** The host's run numbers: 1, 2, 3 ..., never one twice, also across kill -9 and two jobs that start at once. */
import { join } from "node:path";
import { failed, ok, type Result } from "../protocol/result.ts";
import { readIfThere, replaceFile } from "./files.ts";
import { takeLock } from "./lock.ts";

const TRIES = 100;
const PAUSE_MS = 20;

/** The next number, durable before it is returned. `newId` names the claims on the counter's lock. */
export async function nextSeq(state: string, newId: () => string, now: number): Promise<Result<number, string>> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const taken = await takeLock(join(state, "locks", "seq.counter"), newId(), now);
    if (!taken.ok) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      continue;
    }
    try {
      return increment(join(state, "seq"));
    } finally {
      taken.lock.release();
    }
  }
  return failed("the counter of runs stays locked by another run");
}

function increment(file: string): Result<number, string> {
  const text = readIfThere(file);
  const last = text === undefined ? 0 : Number(text.trim() || Number.NaN);
  if (!Number.isSafeInteger(last) || last < 0) {
    return failed(
      `${file} should hold the number of the last run, and holds something else; write that number into it`,
    );
  }
  replaceFile(file, `${last + 1}\n`, { durable: true });
  return ok(last + 1);
}
