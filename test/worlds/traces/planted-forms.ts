/** One person, every form in which what identifies them is written, and what only looks like it. */
import { createHash } from 'node:crypto'
import type { Trace, TracedForm } from '../../../src/index.ts'

export const PERSON = {
  id: '7c0b4d7e-52a1-4f6e-9d3a-0b6f5c1e2a94',
  email: 'Zoe.Miller+box@Example.com',
  phone: '+41 79 555 01 23',
} as const

export interface Plant {
  /** What is planted. */
  readonly name: string
  readonly text: string
  readonly identifier: string
  readonly form: TracedForm
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Twelve: three identifiers in four forms each beside the plain one; and other ways to write some of them. */
export const PLANTS: readonly Plant[] = Object.entries(PERSON).flatMap(([identifier, value]) => {
  const plant = (name: string, form: TracedForm, text: string): Plant => ({
    ...{ name: `${identifier} ${name}`, text, identifier, form },
  })
  const other = value.toUpperCase()
  return [
    plant('as it is', 'plain', value),
    ...(other === value ? [] : [plant('in another case', 'case_folded', other)]),
    plant('URL-encoded', 'url_encoded', encodedWhole(value)),
    plant('as base64', 'base64', base64(value)),
    plant('inside base64', 'base64', base64(`a:${value}:b`)),
    plant('as base64 for addresses', 'base64', Buffer.from(`??>${value}?`).toString('base64url')),
    plant('as SHA-256', 'sha256', sha256(value)),
    plant('in lower case as SHA-256', 'sha256', sha256(value.toLowerCase())),
  ]
})

/** Every sign that is no letter or digit, so that there is one in each of the identifiers. */
function encodedWhole(text: string): string {
  return text.replaceAll(
    /[^A-Za-z0-9]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/** Nothing of the person, though much of it is the same. */
export const LOOKALIKES: readonly string[] = [
  `x${PERSON.email}`,
  `a.${PERSON.email}`,
  `a+${PERSON.email}`,
  `${PERSON.email}.au`,
  `${PERSON.email}-too.org`,
  `${PERSON.email}m`,
  encodeURIComponent(`x${PERSON.email}`),
  `%61${encodeURIComponent(PERSON.email)}`,
  base64(`x${PERSON.email}`),
  base64(`${PERSON.email}.au`),
  base64(PERSON.email).toLowerCase(),
  sha256(`x${PERSON.email}`),
  `${sha256(PERSON.email)}0`,
  PERSON.email.replace('@', '(at)'),
  PERSON.email.slice(1),
  `${PERSON.id}0`,
  `a${PERSON.id}`,
  PERSON.id.replace('7c0b', '7c0c'),
  `${PERSON.phone}4`,
]

/** In texts in which something stands around it. */
export const AROUND: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `see <${text}>, please`,
  (text) => `a=1&to=${text}&b=2`,
  (text) => `line\n${text}\nline`,
  (text) => `"${text}"`,
]

/** What a place tells that holds all plants but those left out, each in a row of its own. */
export function foundOf(plants: readonly Plant[] = PLANTS): readonly string[] {
  const counts = new Map<string, number>()
  for (const { identifier, form } of plants) {
    const key = `${identifier} ${form}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts].map(([key, rows]) => `${key} ${rows}`).sort()
}

/** Places of a trace by their names, with what was found there. */
export function placesOf({ places }: Trace): ReadonlyMap<string, readonly string[]> {
  return new Map(
    places.map(({ table, column, path, found }) => [
      `${table}.${column}${path === null ? '' : ` ${path}`}`,
      found.map(({ identifier, form, rows }) => `${identifier} ${form} ${rows}`).sort(),
    ]),
  )
}
