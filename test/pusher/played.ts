/** A job's context whose programs are played: what they are asked is kept, and each answer is the test's. */
import type { Ended } from "../../pusher/jobs/job.ts";
import type { KindContext, Policy } from "../../pusher/jobs/kind.ts";

/** For command lines that begin with these words: how they end. The first that fits answers. */
export type Answer = readonly [words: string, ended: Partial<Ended> & { readonly bytes?: number }];

export interface Played {
  readonly context: KindContext;
  /** Every command line, in order; both ends of a pipe as `a | b`. */
  readonly calls: string[];
  readonly log: string[];
}

export function played(answers: readonly Answer[], now: number, policies: Record<string, Policy> = {}): Played {
  const calls: string[] = [];
  const log: string[] = [];
  const answer = (line: string) => {
    const found = answers.find(([words]) => line.startsWith(words))?.[1];
    if (found === undefined) throw new Error(`nothing was said of: ${line}`);
    const ended: Ended = { timedOut: false, stdout: "", stderr: "", ...endOf(found) };
    return { ended, bytes: found.bytes ?? 0 };
  };
  const context: KindContext = {
    exec: async (argv, options = {}) => {
      calls.push(argv.join(" "));
      const { ended } = answer(argv.join(" "));
      const { onStdout, onStderr } = options;
      onStdout?.(Buffer.from(ended.stdout));
      onStderr?.(Buffer.from(ended.stderr));
      return { ...ended, ...(onStdout ? { stdout: "" } : {}), ...(onStderr ? { stderr: "" } : {}) };
    },
    pipe: async (from, to) => {
      calls.push(`${from.join(" ")} | ${to.join(" ")}`);
      const [producer, consumer] = [answer(from.join(" ")), answer(to.join(" "))];
      return { producer: producer.ended, consumer: consumer.ended, bytes: producer.bytes };
    },
    log: (line) => void log.push(line),
    now: () => now,
    job: "nightly",
    runId: "018f",
    folder: "/",
    policy: (name) => policies[name],
    secret: (value) => ({ ok: true, value }),
    restorable: () => ({ ok: false, failure: "nothing can be restored here" }),
    recall: () => undefined,
    remember: () => undefined,
    moved: () => undefined,
    stopping: new AbortController().signal,
    hide: () => undefined,
    host: { env: {}, platform: "linux" },
    mark: async () => [],
  };
  return { context, calls, log };
}

/** A program ends with 0 unless the answer says how else it ended. */
function endOf({ bytes: _, ...ended }: Answer[1]): Partial<Ended> {
  const otherwise = ended.signal !== undefined || ended.startError !== undefined || ended.timedOut === true;
  return otherwise ? ended : { exitCode: 0, ...ended };
}
