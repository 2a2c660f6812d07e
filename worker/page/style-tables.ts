/** Tables; where there is no room for columns each row becomes a card of its own. */
export const TABLES = `
table { width: 100%; border-collapse: collapse; }
caption { padding-bottom: .35rem; }
th, td { text-align: left; vertical-align: top; font-weight: 400; padding: .55rem 1rem .55rem 0; }
thead th { font-size: .8rem; color: var(--soft); padding-block: .25rem; }
tbody tr { border-top: 1px solid var(--line); }
tbody th { font-weight: 600; }
tbody th .at { font-weight: 400; white-space: normal; }
td .at { display: block; }
td .at, td time { white-space: normal; }
.readings { margin-top: .2rem; font-size: .88rem; }
.readings li { display: flex; gap: .4em; }
.readings .icon { margin-top: .25em; }
.gauge { display: block; width: 100%; max-width: 14rem; height: 5px; border-radius: 3px; margin: .3rem 0 .25rem; }
.track { fill: var(--track); }
.used { fill: var(--state); }
.over { fill: var(--state); opacity: .45; }
.end { fill: var(--ink); }
.held { display: flex; flex-wrap: wrap; gap: 0 .6em; align-items: baseline; }
.held strong { white-space: nowrap; }
.none { color: var(--soft); }
.recent { height: 1.05rem; max-width: 100%; display: block; }
.recent path { fill: var(--state); }
td .ago, .num { white-space: nowrap; }
@media (min-width: 56em) {
  table { table-layout: fixed; }
  .jobs th:nth-child(1) { width: 21%; } .jobs th:nth-child(2) { width: 20%; } .jobs th:nth-child(3) { width: 12%; }
  .jobs th:nth-child(4) { width: 18%; } .jobs th:nth-child(5), .jobs th:nth-child(6) { width: 8%; }
  .datasets th:nth-child(1) { width: 12%; } .datasets th:last-child { width: 17%; }
  .hosts th:nth-child(1) { width: 23%; } .hosts th:nth-child(2) { width: 23%; } .hosts th:nth-child(3) { width: 19%; }
  .hosts th:nth-child(4) { width: 12%; }
}
@media (max-width: 55.99em) {
  table, tbody, tr, th, td, caption { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { padding: .7rem 0; }
  th, td { padding: 0; }
  td.none { display: none; }
  td { display: grid; grid-template-columns: 6.4rem 1fr; column-gap: .6rem; padding-top: .15rem; }
  td::before { content: attr(data-label); color: var(--soft); font-size: .84rem; grid-row: 1 / 9; }
  td > * { grid-column: 2; }
}
@media (min-width: 44em) and (max-width: 55.99em) {
  tbody { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; }
}
`;
