/** The words that the problems of all rules share. */

/** An instant as a reader wants it: UTC, to the second. */
export function at(instant: number): string {
  return Number.isFinite(instant) ? new Date(instant).toISOString().replace(/\.\d+Z$/, "Z") : "never";
}
