/** By ntfy (docs.ntfy.sh/publish, "Publish as JSON"): the topic goes in the body, so that no proxy logs it. */
import type { Result } from "../../protocol/result.ts";
import type { NtfyConfig } from "../config/alarm.ts";
import { post } from "./http.ts";
import type { Means } from "./way.ts";
import type { Message } from "./words.ts";

/** ntfy: 5 is the most urgent, 3 what it takes without being told. */
const PRIORITY = { alarm: 5, reminder: 4, clear: 3, test: 3 };
const TAG = { alarm: "rotating_light", reminder: "rotating_light", clear: "white_check_mark", test: "test_tube" };

export async function tellByNtfy(config: NtfyConfig, message: Message, means: Means): Promise<Result<void, string>> {
  const { shell, folder, limitMs } = means;
  const topic = shell.secrets.resolve(config.topic, folder);
  if (!topic.ok) return topic;
  const token = config.token === undefined ? undefined : shell.secrets.resolve(config.token, folder);
  if (token?.ok === false) return token;
  const body = {
    topic: topic.value,
    title: message.title,
    message: message.lines.join("\n\n"),
    priority: PRIORITY[message.kind],
    tags: [TAG[message.kind]],
  };
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token.value}` };
  return post(config.server, headers, JSON.stringify(body), limitMs);
}
