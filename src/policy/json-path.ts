/**
 * The spelling of a path into JSON: keys joined by dots, `[]` behind one for every element of the array there.
 *
 * `items[].gift_to`, `a[].b[].c`, and `[].x` for a document that is an array itself. A path with a key that
 * cannot be spelt so is a list, in which every entry is a key as it is: `['a.b', '[]', 'c']`. What looks like
 * another language is a mistake, and never a key that no row has.
 *
 * @module
 */
import type { JsonPath } from '../program/program.ts'
import type { PathInput } from './policy.ts'

/** The steps of a path that is spelt right. */
export function pathSteps(input: PathInput): JsonPath {
  const entries = typeof input === 'string' ? input.split('.').flatMap(entriesOf) : input
  return entries.map((entry) => (entry === EVERY_ELEMENT ? null : entry))
}

/** What is wrong with the spelling, as it goes on behind the name of the place; `null` where nothing is. */
export function findPathMistake(input: PathInput): string | null {
  if (typeof input !== 'string') return findKeyMistake(input)
  const segments = input.split('.')
  for (const [place, segment] of segments.entries()) {
    const mistake = mistakeIn(segment, place === 0, input)
    if (mistake !== null) return mistake
  }
  return null
}

/** The path as the policy may spell it, for messages. */
export function spellPath(steps: JsonPath): string {
  const text = steps
    .map((step, place) => (step === null ? EVERY_ELEMENT : `${place === 0 ? '' : '.'}${step}`))
    .join('')
  if (text !== '' && findPathMistake(text) === null && pathSteps(text).length === steps.length) {
    return text
  }
  return JSON.stringify(steps.map((step) => step ?? EVERY_ELEMENT))
}

const EVERY_ELEMENT = '[]'
const KEY_AND_BRACKETS = /^([^[\]]*)((?:\[\])*)$/
/** The parts of a reference as MongoDB keeps it. */
const DBREF_KEYS: ReadonlySet<string> = new Set(['$id', '$ref', '$db'])

function entriesOf(segment: string): readonly string[] {
  const [, key = '', brackets = ''] = KEY_AND_BRACKETS.exec(segment) ?? []
  const elements = brackets.match(/\[\]/g) ?? []
  return key === '' ? elements : [key, ...elements]
}

function findKeyMistake(keys: readonly string[]): string | null {
  if (keys.length === 0) return 'is an empty list'
  const odd = keys.find((key) => key === '' || /["\\\0]/.test(key))
  if (odd === undefined) return null
  return odd === '' ? 'has an empty key' : 'has a key with a quote or a backslash in it'
}

function mistakeIn(segment: string, isFirst: boolean, text: string): string | null {
  const [whole, key = '', brackets = ''] = KEY_AND_BRACKETS.exec(segment) ?? []
  if (whole === undefined) {
    return `has "${segment}" in it: there is only \`[]\`, every element of the array at the key, as in ${example(text)}. ${capital(asList(segment))}`
  }
  if (key === '') {
    if (brackets !== '' && isFirst) return null
    return 'is not a path of keys joined by dots: a key is empty'
  }
  if (/["\\\0]/.test(key)) {
    return 'is not a path of keys joined by dots: a key has a quote or a backslash in it'
  }
  if (key.trim() !== key) return `has blanks around "${key.trim()}": ${asList(key)}`
  if (key.includes('*')) {
    return `has "${key}" in it: no sign stands for any key, and \`[]\` is every element of an array, as in ${example(text)}. ${capital(asList(key))}`
  }
  if (/^\d+$/.test(key)) {
    return `has the number ${key} for a key: \`[]\` is every element of an array, as in ${example(text)}. ${capital(asList(key))}`
  }
  if ((/^[$#@/]/.test(key) && !DBREF_KEYS.has(key)) || key.includes('->')) {
    return `has "${key}" in it: a path is the keys themselves, as in ${example(text)}. ${capital(asList(key))}`
  }
  return null
}

function asList(key: string): string {
  return `a key of that very name is spelt as a list of keys, \`[…, '${key}']\``
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

/** The same path in this spelling, as far as that can be told. */
function example(text: string): string {
  const path = text
    .replaceAll(/->>?/g, '.')
    .replaceAll('/', '.')
    .replaceAll(/\[[^\]]*\]/g, '[]')
    .split('.')
    .filter((key, place) => key !== '' && (place > 0 || !/^[$@]$/.test(key)))
    .map((key) => (/^(?:\d+|[*#]+|\$|\$\[\])$/.test(key) ? EVERY_ELEMENT : key))
    .join('.')
    .replaceAll('.[]', '[]')
  return `\`${path !== '' && isPlainPath(path) ? path : 'items[].name'}\``
}

/** Whether each of its keys is a plain one. */
function isPlainPath(path: string): boolean {
  return path
    .split('.')
    .every(
      (key, place) =>
        /^[\w-]+(?:\[\])*$|^(?:\[\])+$/.test(key) && (place === 0 || !key.startsWith('[')),
    )
}
