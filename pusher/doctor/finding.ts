/** One thing that `doctor` looked at; `fault` says what is wrong and what to do. */
export interface Finding {
  readonly what: string;
  readonly fault?: string;
}
