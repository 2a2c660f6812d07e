/**
 * The oracle: judges a whole simulated history by what a human owner would want, knowing the truth. It is written apart
 * from the worker's judge and shares no rule with it; docs of each rule stand at the head of its file. One pass sorts the
 * happenings, then every rule looks up what it needs.
 */
import type { History, Problem } from "./history.ts";
import { clocksOf } from "./oracle/clocks.ts";
import { undelivered } from "./oracle/delivered.ts";
import { duplicates } from "./oracle/duplicates.ts";
import { divergedState } from "./oracle/end-state.ts";
import { falseAlarms } from "./oracle/false-alarms.ts";
import { messageProblems } from "./oracle/messages.ts";
import { misses } from "./oracle/misses.ts";
import { noticeProblems } from "./oracle/notices.ts";
import { provenTooNew } from "./oracle/proofs.ts";
import { reminderProblems } from "./oracle/reminders.ts";
import { runProblems } from "./oracle/runs.ts";
import { toldInSilence } from "./oracle/silences.ts";
import { truthOf } from "./oracle/truth.ts";
import { viewOf } from "./oracle/view.ts";

/** Everything that went wrong, in order of when it did; empty for a history in which Tierwatch did all it promises. */
export function judgeHistory(history: History): Problem[] {
  const clocks = clocksOf(history);
  const incidents = Map.groupBy(history.incidents, ({ site }) => site);
  const messages = Map.groupBy(history.messages, ({ site }) => site);
  const watches = Map.groupBy(history.watches, ({ site }) => site);
  const rows = Map.groupBy(history.runs, ({ site }) => site);
  const ofSites = [...truthOf(history)].flatMap(([site, truth]) => {
    const view = viewOf(history, truth, incidents.get(site) ?? [], clocks);
    return [
      ...misses(view),
      ...falseAlarms(view),
      ...duplicates(view),
      ...messageProblems(view, messages.get(site) ?? []),
      ...runProblems(truth, rows.get(site) ?? [], history.endAt),
      ...provenTooNew(view),
      ...divergedState(view, watches.get(site) ?? []),
    ];
  });
  return [
    ...ofSites,
    ...undelivered(history, clocks),
    ...toldInSilence(history),
    ...reminderProblems(history, clocks),
    ...noticeProblems(history, clocks),
  ].sort((a, b) => a.at - b.at);
}
