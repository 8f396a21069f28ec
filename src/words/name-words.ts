/**
 * What names say: `trusted_devices`, `trustedDevice` and `TRUSTED-DEVICE` are the same words.
 *
 * @module
 */

/** The words of a name, in lower case and in the singular. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1$3 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => singular(word.toLowerCase()))
}

/** Whether the words stand there one behind the other, or run together into one: `api key`, `apikey`. */
export function saysOneOf(words: readonly string[], phrases: readonly string[]): boolean {
  const spaced = ` ${words.join(' ')} `
  return phrases.some(
    (phrase) => spaced.includes(` ${phrase} `) || words.includes(phrase.replaceAll(' ', '')),
  )
}

const IRREGULAR: Readonly<Record<string, string>> = {
  people: 'person',
  data: 'data',
  media: 'media',
}

function singular(word: string): string {
  const known = IRREGULAR[word]
  if (known !== undefined) return known
  if (/(ss|us|is)$/.test(word) || word.length < 4) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (/(ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') ? word.slice(0, -1) : word
}
