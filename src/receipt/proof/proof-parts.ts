/**
 * The parts that the proof page is put together from.
 *
 * @module
 */
import { html, type Markup, NOTHING } from './html.ts'
import { instant } from './proof-words.ts'

export function section(title: string, ...content: readonly Markup[]): Markup {
  return html`<section>
<h2>${title}</h2>
${content}
</section>`
}

export type Fact = readonly [name: string, value: Markup | string]

export function facts(list: readonly Fact[]): Markup {
  return html`<dl class="facts">
${list.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`
}

export function table(caption: string, heads: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col"${NUMBERS.has(head) ? NUMBER : NOTHING}>${head}</th>`)}</tr></thead>
<tbody>
${rows}</tbody>
</table></div>`
}

const NUMBERS: ReadonlySet<string> = new Set(['Rows', 'Removed'])
const NUMBER = html` class="number"`

export function line(text: string): Markup {
  return html`<div><bdi>${text}</bdi></div>`
}

export function list(items: readonly Markup[]): Markup {
  return html`${items.map((item, index) => html`${index === 0 ? '' : ', '}${item}`)}`
}

export function badge(
  status: 'clean' | 'residue' | 'unverifiable' | 'kept',
  text: string = status,
): Markup {
  return html`<span class="badge ${status}">${text}</span>`
}

export function mono(text: string | number): Markup {
  // Long names break behind an underscore before they break anywhere.
  const parts = String(text).split(/(?<=_)/)
  return html`<bdi class="mono">${parts.map((part, index) => html`${index === 0 ? NOTHING : BREAK}${part}`)}</bdi>`
}

const BREAK = html`<wbr>`

export function time(at: string): Markup {
  return html`<time datetime="${at}">${instant(at)}</time>`
}
