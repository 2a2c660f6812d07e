/** What is said of an unusual size: the value, and what is usual, in units a person reads. The caller names the job. */
import type { AnomalySettings } from "../../protocol/anomalies.ts";
import { size, span } from "./words.ts";

export type Quantity = keyof AnomalySettings;

/** `carried 12 MB; usual on Mondays are 40–55 GB`. */
export function sayUsual(
  quantity: Quantity,
  value: number,
  { low, high }: { readonly low: number; readonly high: number },
  weekday: string | null,
): string {
  const range = between(amount(quantity, low), amount(quantity, high));
  return `${did(quantity, value)}; usual${weekday === null ? "" : ` on ${weekday}s`} ${range}`;
}

/** `carried 12 MB, less than the 1 GB that the plan asks for`. */
export function sayBounds(quantity: Quantity, value: number, bound: number): string {
  const than = value < bound ? "less than the" : "more than the";
  const end = value < bound ? "that the plan asks for" : "that the plan allows";
  return `${did(quantity, value)}, ${than} ${amount(quantity, bound)} ${end}`;
}

function did(quantity: Quantity, value: number): string {
  switch (quantity) {
    case "bytes":
      return value === 0 ? "carried no data" : `carried ${size(value)}`;
    case "files":
      return value === 0 ? "carried no files" : `carried ${plural(value)}`;
    case "deletions":
      return value === 0 ? "deleted no files" : `deleted ${plural(value)}`;
    case "seconds":
      return `took ${span(value * 1000)}`;
  }
}

function amount(quantity: Quantity, value: number): string {
  if (quantity === "bytes") return size(value);
  return quantity === "seconds" ? span(value * 1000) : plural(value);
}

function plural(files: number): string {
  const whole = Math.round(files);
  return `${String(whole).replace(/\B(?=(\d{3})+$)/g, ",")} file${whole === 1 ? "" : "s"}`;
}

/** `is 40 GB`, `are 40–55 GB`, `are 900 MB to 1.2 GB`. */
function between(low: string, high: string): string {
  if (low === high) return `is ${low}`;
  const [first, second] = [low.split(" "), high.split(" ")];
  const oneUnit =
    first.length === 2 && second.length === 2 && first[1]?.replace(/s$/, "") === second[1]?.replace(/s$/, "");
  return oneUnit ? `are ${first[0]}–${high}` : `are ${low} to ${high}`;
}
