/** `enroll CODE`: makes this host's key, shows it to the worker with the one-time code, and sends the plan. */
import { enrollmentAnswer, enrollmentCode } from "../../protocol/enrollment.ts";
import type { Config } from "../config.ts";
import { makeKey } from "../key.ts";
import { protect } from "../key-guard.ts";
import { exchange, PATIENT } from "../link.ts";
import { wordsOf } from "../refusal-words.ts";
import { troubleWords } from "../send.ts";
import { sendPlan } from "../send-plan.ts";
import { senderOf } from "../sender.ts";
import type { Shell } from "../shell.ts";
import { spoolOf } from "../spool.ts";
import { EXIT_FAULT, EXIT_LATER, EXIT_USAGE } from "./exit-codes.ts";

export async function enroll(config: Config, shell: Shell, code: string): Promise<number> {
  if (!enrollmentCode.safeParse(code).success) {
    shell.warn("that is no enrolment code: it has 22 letters, digits, `-` and `_`; copy it whole");
    return EXIT_USAGE;
  }
  const made = await makeKey(config.key, config.folder, async (path) => {
    const guarded = await protect(path, shell);
    if (!guarded.ok) shell.warn(`others on this machine may read the new key: ${guarded.failure}`);
  });
  if (!made.ok) {
    shell.warn(made.failure);
    return EXIT_FAULT;
  }
  shell.say(made.value ? `made a new key: ${config.key}` : `using the key that is there: ${config.key}`);
  const sender = await senderOf(config, shell, spoolOf(config.state, shell.warn), PATIENT);
  if (!sender.ok) {
    shell.warn(sender.failure);
    return EXIT_FAULT;
  }
  const { link } = sender.value;
  const answer = await exchange(link, {
    method: "POST",
    path: "/v1/enrollments",
    body: () => ({ code, publicKey: link.key.publicKey }),
    answer: enrollmentAnswer,
  });
  if (!answer.ok) {
    shell.warn(`not enrolled: ${troubleWords(answer.failure, config.worker)}`);
    return answer.failure.kind === "refused" ? EXIT_FAULT : EXIT_LATER;
  }
  const { site, host } = answer.value;
  shell.say(`enrolled as host ${host} of site ${site} at ${config.worker}`);
  shell.say(`key fingerprint: ${link.key.keyId}`);
  return await tellPlan(config, shell, link);
}

async function tellPlan(config: Config, shell: Shell, link: Parameters<typeof sendPlan>[1]): Promise<number> {
  const plan = await sendPlan(config, link);
  if (plan.ok) {
    shell.say(plan.value.sent === undefined ? "the plan is known" : `the plan is set: ${plan.value.sent} watches`);
    return 0;
  }
  const trouble = plan.failure;
  if (trouble.kind === "refused") shell.warn(`the plan was refused: ${wordsOf(trouble.problem)}`);
  else shell.warn(`the plan is not sent yet, the next beat sends it: ${troubleWords(trouble, config.worker)}`);
  return trouble.kind === "refused" ? EXIT_FAULT : EXIT_LATER;
}
