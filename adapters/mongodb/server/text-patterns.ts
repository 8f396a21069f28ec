/**
 * Texts as patterns of the server.
 *
 * @module
 */
import type { IdForm } from '../../../src/program/program.ts'

/** What a text must be like in which a reference of this form holds the value. */
export function patternOf(text: string, form: IdForm | null): string {
  if (!form?.within) return wholeInAnyCase(text)
  return form.ignoreCase ? inAnyCase(text) : literally(text)
}

/** The text as a word of another one. */
export function wordOf(text: string, form: IdForm | null): string {
  const own = form?.ignoreCase ? inAnyCase(text) : literally(text)
  return `(?<![0-9A-Za-z_])${own}(?![0-9A-Za-z_])`
}

/** Just these characters. The server takes no NUL in a pattern. */
export function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\0', '\\x00')
}

/** The whole text, with A to Z for a to z. */
export function wholeInAnyCase(text: string): string {
  return `^${inAnyCase(text)}(?![\\s\\S])`
}

/** The server's own way to ignore case would take more letters than these. */
function inAnyCase(text: string): string {
  return [...text]
    .map((character) =>
      /[A-Za-z]/.test(character)
        ? `[${character.toLowerCase()}${character.toUpperCase()}]`
        : literally(character),
    )
    .join('')
}
