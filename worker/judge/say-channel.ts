/** The words of the notice that a channel takes no messages any more. It goes out through the others. */
import { monitorNotice } from "./clocks.ts";
import { type Alert, oneLine, title } from "./say.ts";
import { moment } from "./words.ts";

/** The same on the page, for as long as it is so. */
export function disabledFault(channel: string, error: string, at: number): string {
  return `CHANNELS.${channel}: it takes no messages since ${moment(at)} (${oneLine(error)}); mend it, then npm run test-channel -- ${channel}`;
}

/** `error` is what its provider said, without secrets. */
export function sayDisabled(channel: string, error: string, now: number): Alert {
  return {
    ...monitorNotice(`channel-disabled:${channel}@${now}`, now, now),
    // It ranks as a warning, so that a channel which hears no mere notices hears this.
    severity: "critical",
    title: title(`Tierwatch: the channel ${channel} no longer accepts messages`),
    lines: [
      oneLine(`It said: ${error}.`),
      `Nothing is sent to ${channel} now; this and your other channels go on.`,
      `What to do: mend its table or its secret, npm run deploy, then npm run test-channel -- ${channel}. When the test arrives, alerts of what is still open follow.`,
    ],
  };
}
