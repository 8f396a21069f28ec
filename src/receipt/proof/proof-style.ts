/**
 * The look of the proof page: A4 in print, light and dark on a screen.
 *
 * @module
 */
import { Markup } from './html.ts'

/** Text and background of every pair differ by at least 4.5 to 1. */
export const PROOF_STYLE: Markup = new Markup(`
:root {
  --paper: #ffffff; --ink: #1b1f24; --muted: #57606a; --line: #d0d7de; --wash: #f6f8fa;
  --good: #116329; --good-wash: #dafbe1; --bad: #a40e26; --bad-wash: #ffebe9;
  --open: #7a4b00; --open-wash: #fff4d6;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e6e9ed; --muted: #a3acb6; --line: #353c44; --wash: #1c2127;
    --good: #6fdd8b; --good-wash: #12311d; --bad: #ff9a92; --bad-wash: #431d1c;
    --open: #f0c060; --open-wash: #3a2c0c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 2.5rem 1.5rem 3rem; }
header { border-bottom: 2px solid var(--ink); padding-bottom: 1.25rem; }
.kind { margin: 0; color: var(--muted); font-weight: 600; }
h1 { margin: 0.1rem 0 0.5rem; font-size: 1.7rem; line-height: 1.25; overflow-wrap: anywhere; }
.lead { margin: 0 0 1.25rem; }
h2 { margin: 0 0 0.75rem; font-size: 1.15rem; }
section { margin-top: 2rem; }
p { margin: 0.75rem 0 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.75rem; margin: 0; }
.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; background: var(--wash); border: 1px solid var(--line); border-radius: 6px; padding: 0.6rem 0.8rem; }
.figures dt { color: var(--muted); font-size: 0.85rem; }
.figures dd { margin: 0; font-size: 1.15rem; font-weight: 600; }
.facts { margin: 0; }
.facts div { display: grid; grid-template-columns: 11rem 1fr; gap: 0 1rem; padding: 0.3rem 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.mono, code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.88em; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; color: var(--muted); padding-bottom: 0.4rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 1rem 0.4rem 0; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; }
thead th { border-bottom-color: var(--ink); white-space: nowrap; }
tbody th { font-weight: 400; }
tbody th .mono { display: inline-block; max-width: 13rem; overflow-wrap: break-word; }
tbody th + td { min-width: 6rem; }
tbody .number, tbody th + .number { min-width: 0; }
tr > :last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
time { white-space: nowrap; }
td time, .times time { white-space: normal; }
.note { color: var(--muted); font-size: 0.88rem; }
.facts + .scroll, .scroll + .scroll { margin-top: 1.25rem; }
.badge { display: inline-block; white-space: nowrap; padding: 0 0.5em; border: 1px solid currentColor; border-radius: 4px; font-size: 0.9rem; font-weight: 600; }
.badge.clean, .badge.kept { color: var(--good); background: var(--good-wash); }
.badge.residue { color: var(--bad); background: var(--bad-wash); }
.badge.unverifiable { color: var(--open); background: var(--open-wash); }
.times { list-style: none; margin: 0; padding: 0; }
.times li { display: grid; grid-template-columns: 16rem minmax(0, 1fr); gap: 0 1rem; padding: 0.3rem 0; border-bottom: 1px solid var(--line); }
.claims { margin: 0; padding-left: 1.2rem; }
.claims li + li { margin-top: 0.4rem; }
footer { margin-top: 2.5rem; border-top: 2px solid var(--ink); padding-top: 0.75rem; font-size: 0.88rem; }
footer p { color: var(--muted); }
@media (max-width: 34rem) {
  .facts div, .times li { grid-template-columns: 1fr; }
}
@page { size: A4; margin: 18mm 16mm; }
@media print {
  :root { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2, caption, thead { break-after: avoid; }
  tr, li, .facts div, header, footer { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  .badge, .figures div { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`)
