/** The colours, in light and in dark. Contrast is held by test/worker/style.test.ts: text stands on paper, cards and liquids. */
export const COLOURS = `
:root {
  color-scheme: light dark;
  --paper: #f6f3ec; --card: #fffdf8; --ink: #1c2126; --soft: #535a62; --line: #ddd7ca; --track: #e6e1d5; --glass: #b9b2a3;
  --ok: #1a5a41; --late: #7a5000; --bad: #a0231a; --held: #55448a; --still: #535a62;
  --in-ok: #d3e7dd; --in-late: #f5e2b8; --in-bad: #f8d6ce; --in-held: #e0d9f2; --in-still: #e4e0d6;
  --wash-bad: #fbeae6; --wash-late: #faf0da;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101418; --card: #171c22; --ink: #e9e6df; --soft: #a8b0ba; --line: #2b323b; --track: #28303a; --glass: #4a5460;
    --ok: #7fd0a8; --late: #e6b75c; --bad: #ff9d90; --held: #c2b4f4; --still: #a8b0ba;
    --in-ok: #15372b; --in-late: #3c2f15; --in-bad: #472220; --in-held: #2d274b; --in-still: #252b33;
    --wash-bad: #2c1b1c; --wash-late: #2a2417;
  }
}
.stale { --ok: var(--still); --in-ok: var(--in-still); }
.s-ok { --state: var(--ok); --in: var(--in-ok); }
.s-late, .s-degraded { --state: var(--late); --in: var(--in-late); }
.s-missed, .s-failed { --state: var(--bad); --in: var(--in-bad); }
.s-blocked { --state: var(--held); --in: var(--in-held); }
.s-pending, .s-paused, .s-unproven, .s-live { --state: var(--still); --in: var(--in-still); }
`;
