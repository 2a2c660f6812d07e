/** What the worker thinks of this host: asked now, or what it said last. */
import { type StatusAnswer, statusAnswer } from "../protocol/status.ts";
import type { Config } from "./config.ts";
import { BRIEF, exchange } from "./link.ts";
import { troubleWords } from "./send.ts";
import { senderOf } from "./sender.ts";
import type { Shell } from "./shell.ts";
import { spoolOf } from "./spool.ts";
import { recall, remember } from "./state.ts";

export interface Cloud {
  /** The last answer there was. */
  readonly answer?: StatusAnswer;
  /** Why that is not of now. */
  readonly trouble?: string;
}

export async function askCloud(config: Config, shell: Shell): Promise<Cloud> {
  const sender = await senderOf(
    config,
    shell,
    spoolOf(config.state, () => undefined),
    BRIEF,
  );
  const known = recall(config.state, "cloud", statusAnswer);
  const before = known === undefined ? {} : { answer: known };
  if (!sender.ok) return { ...before, trouble: sender.failure };
  const question = { method: "POST", path: "/v1/status", body: () => ({}), answer: statusAnswer } as const;
  const answer = await exchange(sender.value.link, question);
  if (!answer.ok) return { ...before, trouble: troubleWords(answer.failure, config.worker) };
  remember(config.state, "cloud", answer.value);
  return { answer: answer.value };
}
