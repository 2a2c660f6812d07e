/** A setting of two tasks, for what schedulers make of it; and random cron expressions. */
import fc from "fast-check";
import type { ScheduleConfig } from "../../../pusher/config.ts";
import type { Setting, Task } from "../../../pusher/schedule/task.ts";

export function task(id: string, schedule: ScheduleConfig, more: Partial<Task> = {}): Task {
  const argv = ["/usr/bin/node", "/opt/tierwatch/pusher.mjs", "run", id, "--config", "/etc/tierwatch/pusher.toml"];
  return { id, title: id === "beat" ? "the beat" : `job ${id.slice(4)}`, argv, schedule, slackSeconds: 600, ...more };
}

export function setting(tasks: readonly Task[], more: Partial<Setting> = {}): Setting {
  return {
    tasks,
    config: "/etc/tierwatch/pusher.toml",
    state: "/var/lib/tierwatch",
    path: "/usr/sbin:/usr/bin:/sbin:/bin",
    zone: "Europe/Berlin",
    user: "root",
    scope: "system",
    ...more,
  };
}

const field = (low: number, high: number) => {
  const range = fc
    .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
    .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc
    .tuple(fc.oneof(fc.constant("*"), range), fc.integer({ min: 1, max: high }))
    .map((parts) => parts.join("/"));
  const part = fc.oneof(fc.integer({ min: low, max: high }).map(String), range, step);
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant("*") },
    { weight: 3, arbitrary: fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(",")) },
  );
};

/** Expressions that some time matches in any year: none of their days is after the 28th alone. */
export const cronExpression = fc
  .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
  .map((fields) => fields.join(" "));
