/** What tells that a channel's settings changed. It is kept in the database, so nothing of a secret may be read from it. */
import { digestOf } from "../channels/digest.ts";
import type { Channel } from "../channels/kinds.ts";

/** Enough to see a change; too short to say which of many guessed passwords is the right one. */
const LENGTH = 6;

/** A hash of everything that decides where a channel's messages go and with which secret, and of nothing else. */
export async function settingsHash(channel: Channel): Promise<string> {
  const rest = Object.entries(channel).filter(([key]) => key !== "sender" && key !== "routing" && key !== "name");
  return (await digestOf(JSON.stringify(rest.sort()))).slice(0, LENGTH);
}
