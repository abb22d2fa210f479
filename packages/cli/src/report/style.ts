import { Html } from './html.ts'

/** The report's style sheet: light and dark, from a phone's width up, and on paper. */
export const style: Html = new Html(`
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #14171c);
  --card: light-dark(#ffffff, #1d2229);
  --ink: light-dark(#1c2330, #e6e9ee);
  --soft: light-dark(#566072, #a3adbb);
  --rule: light-dark(#dde1e8, #343b46);
  --train: light-dark(#2563c9, #7fb0ff);
  --test: light-dark(#b8480a, #ffa45c);
  --right: light-dark(#1a7340, #6fd49a);
  --wrong: light-dark(#b3261e, #ff9188);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: 0; }
header p, .note { color: var(--soft); margin: 0 0 .8rem; }
.note { font-size: .875rem; max-width: 46rem; }
.charts + .note { margin: .8rem 0 0; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 1.1rem; margin-top: 1rem; }
.side-by-side { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: stretch; }
.side-by-side > section { flex: 1 1 auto; max-width: 100%; min-width: 0; }
/* Text takes the width that the table beside or below it makes. */
.side-by-side .note { width: 0; min-width: 100%; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 1.2rem 0 0; }
.figures div { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: .6rem .9rem; }
.figures dt { color: var(--soft); font-size: .8rem; }
.figures dd { margin: 0; font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.figures div:first-child dd { color: var(--test); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.2rem; }
figure { margin: 0; }
.chart figcaption { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: baseline; margin-bottom: .3rem; }
.chart > svg { display: block; width: 100%; height: auto; }
.chart text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.chart path { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.chart circle { fill: currentColor; }
.chart circle.near { fill: transparent; }
.chart g:hover > circle:not(.near) { stroke: currentColor; stroke-width: 4; }
.grid { stroke: var(--rule); }
.train { color: var(--train); }
.train path { stroke-dasharray: 6 3; }
.test { color: var(--test); }
.detail { color: var(--train); }
.detail path { stroke-width: 1; opacity: .6; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem .9rem; margin: 0; padding: 0; list-style: none; font-size: .8rem; }
.legend svg { width: 24px; height: 10px; margin-right: .35rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: left; }
thead th { color: var(--soft); font-weight: 500; vertical-align: bottom; }
tbody tr + tr > * { border-top: 1px solid var(--rule); }
tbody th { font-weight: 500; white-space: nowrap; }
.epochs th, .epochs td, .number { text-align: right; }
.epochs td, .number { white-space: nowrap; }
.matrix { border-collapse: separate; border-spacing: 2px; }
.matrix td, .matrix thead th { text-align: center; min-width: 2.4rem; padding: .35rem .2rem; }
.matrix tbody tr > * { border-top: 0; }
.matrix tbody td { border-radius: 4px; }
.matrix thead span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.matrix tbody th { position: sticky; left: 0; background: var(--card); }
.matrix .hit { background: color-mix(in srgb, var(--right) calc(var(--share) * .55), transparent); }
.matrix .miss { background: color-mix(in srgb, var(--wrong) calc(var(--share) * .5), transparent); }
.matrix .zero { color: var(--soft); }
.classes { min-width: min(100%, 28rem); }
.classes td { white-space: nowrap; }
.bar { display: inline-block; width: 5rem; height: .6rem; margin-right: .4rem; border-radius: 99px; background: var(--rule); overflow: hidden; }
.bar span { display: block; height: 100%; background: var(--right); }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.2rem, 1fr)); gap: .8rem; list-style: none; margin: .5rem 0 1.2rem; padding: 0; }
.samples:last-child { margin-bottom: 0; }
.samples img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated; border-radius: 6px; background: #000; }
.samples figcaption { font-size: .8rem; line-height: 1.35; margin-top: .3rem; overflow-wrap: anywhere; }
.samples span { display: block; }
.samples .sure { color: var(--soft); }
.right { color: var(--right); }
.wrong { color: var(--wrong); }
.settings { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.2rem; align-items: start; margin-bottom: 1rem; }
.settings table { width: 100%; }
.settings td { overflow-wrap: anywhere; }
caption { text-align: left; font-weight: 650; padding: 0 0 .3rem; }
pre { margin: .4rem 0 0; padding: .7rem .9rem; overflow-x: auto; background: var(--page); border: 1px solid var(--rule); border-radius: 8px; font-size: .85rem; }
footer { color: var(--soft); font-size: .8rem; margin-top: 1.5rem; }
:focus-visible { outline: 2px solid var(--train); outline-offset: 2px; }
@media (max-width: 32rem) { main { padding: 1rem .6rem 2rem; } section { padding: .9rem; } .chart text { font-size: 16px; } .samples { grid-template-columns: repeat(3, 1fr); } }
@media print { section { break-inside: avoid; } .scroll { overflow: visible; } }
`)
