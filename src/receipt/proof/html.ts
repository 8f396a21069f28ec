/**
 * HTML in which every value is escaped, because markup and text are two different types.
 *
 * @module
 */

/** Markup that may stand in a page as it is. Only {@link html} makes it. */
export class Markup {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

type Value = string | number | Markup | readonly Markup[]

/** A piece of a page: what is written is markup, what is put in is text. */
export function html(pieces: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const rest = values.map((value, index) => `${rendered(value)}${pieces[index + 1] ?? ''}`)
  return new Markup(`${pieces[0] ?? ''}${rest.join('')}`)
}

/** No markup. */
export const NOTHING: Markup = new Markup('')

function rendered(value: Value): string {
  if (value instanceof Markup) return value.toString()
  return typeof value === 'object' ? value.join('') : escapeText(String(value))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters, and those that turn the direction of text around, are shown by their number. */
function escapeText(text: string): string {
  return text
    .replace(/[\p{Cc}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu, numbered)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

function numbered(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
