/** Readings as the host judged them, worst first. */
import type { Reading } from "../../protocol/heartbeat.ts";

export interface BadReading {
  readonly name: string;
  readonly verdict: "warning" | "critical";
  readonly text: string;
}

export function badReadings(readings: readonly Reading[]): BadReading[] {
  return readings
    .flatMap(({ name, verdict, text }) => (verdict === "ok" ? [] : [{ name, verdict, text }]))
    .sort((a, b) => (a.verdict === b.verdict ? 0 : a.verdict === "critical" ? -1 : 1));
}
