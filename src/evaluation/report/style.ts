/** The page's only style. No font, picture or script from anywhere; light and dark by what the reader's system wants. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --panel: #f4f5f7; --ink: #1c1f24; --quiet: #555c66; --line: #d5d9df;
  --good: #0b6a3c; --bad: #ad1f17; --doubt: #7a4f00; --accent: #1a56b0; --bar: #5b7fb5; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14161a; --panel: #1e2126; --ink: #e9ebee; --quiet: #a8b0bb; --line: #3a4048;
    --good: #72d6a0; --bad: #ff9e95; --doubt: #f2c25c; --accent: #8ab8ff; --bar: #6f95cf; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main, header, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
footer { padding-bottom: 3rem; color: var(--quiet); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--accent); }
code { font-family: ui-monospace, monospace; font-size: .875em; }
.echo { white-space: pre-wrap; unicode-bidi: isolate; }
.quiet, .nothing, caption, small { color: var(--quiet); }
small { font-size: .85rem; display: block; font-weight: normal; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; background: var(--ground); padding: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: .75rem 0; list-style: none; }
nav a { display: inline-block; padding: .25rem 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.points { padding: 0; margin: 1rem 0; list-style: none; }
.points li { background: var(--panel); border-left: 4px solid var(--line); padding: .6rem .9rem; margin: .4rem 0; }
.state { white-space: nowrap; font-weight: 600; }
.pass, .healthy { color: var(--good); } .fail, .breach { color: var(--bad); }
.inconclusive, .watching, .unknown { color: var(--doubt); }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .95rem; }
caption { text-align: left; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 600; font-size: .85rem; vertical-align: bottom; }
tbody th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; width: 1%; padding-left: .75rem; }
.drawing { width: 1%; min-width: 10rem; } .nowrap { white-space: nowrap; }
.chart { max-width: 100%; height: auto; display: block; }
.bar { fill: var(--bar); } .axis { stroke: var(--quiet); stroke-width: 1; }
.limit { stroke: var(--bad); stroke-width: 1; stroke-dasharray: 3 2; }
.interval { stroke: var(--accent); stroke-width: 3; } .point { fill: var(--ink); }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; background: var(--ground); }
summary { padding: .6rem .9rem; cursor: pointer; }
details > div { padding: 0 .9rem .9rem; }
details details { background: var(--panel); }
dl { margin: .5rem 0; display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: .3rem 1rem; }
dt { color: var(--quiet); } dd { margin: 0; }
ul.claims { padding-left: 1.1rem; margin: .25rem 0; }
@media (max-width: 64rem) {
  table, caption, thead, tbody, tr, th, td { display: block; width: 100%; }
  thead { position: absolute; left: -100vw; width: 1px; height: 1px; overflow: hidden; }
  tr { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .75rem; margin: .5rem 0; }
  th, td, tbody th { border: 0; padding: .15rem 0; }
  td { display: grid; grid-template-columns: minmax(6rem, 38%) 1fr; gap: .75rem; }
  td > div { min-width: 0; }
  td::before { content: attr(data-title); color: var(--quiet); text-align: left; white-space: normal; }
  tr .number, tr .drawing { text-align: left; width: 100%; min-width: 0; padding-left: 0; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin: 0 0 .5rem; }
}
@media print { details { break-inside: avoid; } nav, .skip { display: none; } }
`;
