/** Tells the worker this host's plan, whenever it is another than the worker last took from this key. */
import { createHash } from "node:crypto";
import { planAnswer } from "../protocol/plan.ts";
import { ok, type Result } from "../protocol/result.ts";
import type { Config } from "./config.ts";
import { exchange, type Link, type Trouble } from "./link.ts";
import { here, planOf } from "./plan.ts";
import { planState, recall, remember } from "./state.ts";

/** `sent` is how many watches the worker made of the plan, or undefined when it has this plan already. */
export async function sendPlan(config: Config, link: Link): Promise<Result<{ readonly sent?: number }, Trouble>> {
  const plan = planOf(config, here());
  const digest = createHash("sha256")
    .update(JSON.stringify([link.worker, link.key.keyId, plan]))
    .digest("hex");
  if (recall(link.state, "plan", planState)?.digest === digest) return ok({});
  const answer = await exchange(link, { method: "PUT", path: "/v1/plan", body: () => plan, answer: planAnswer });
  if (!answer.ok) return answer;
  remember(link.state, "plan", { digest });
  return ok({ sent: answer.value.watches });
}
