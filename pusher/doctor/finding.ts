/** One thing that `doctor` looked at; `fault` says what is wrong and what to do, `advice` what would be better. */
export interface Finding {
  readonly what: string;
  readonly fault?: string;
  readonly advice?: string;
}
