/**
 * By what a person is looked for: the id, what of the user row tells the person from others, and what the host still
 * knows.
 *
 * @module
 */
import type { KnownColumn, KnownSchema } from '../../knowledge/known-table.ts'
import { personalKind } from '../../knowledge/personal-columns.ts'
import { foreignKeysOn } from '../../knowledge/user-references.ts'
import { isNobodys } from '../../program/matching.ts'
import type { Program, UserId } from '../../program/program.ts'
import { leafFields, selectorsOf } from '../../program/selectors.ts'
import { type PersonalKind, personalKindOf } from '../../words/column-names.ts'
import { saysOneOf, wordsOf } from '../../words/name-words.ts'
import { spelt } from './places.ts'

export interface Identifier {
  readonly name: string
  readonly text: string
  /** Long enough to be nobody else's, wherever it stands. */
  readonly isTelling: boolean
  /** What of a person it is; `null` for what no name of a column says. */
  readonly kind: 'id' | PersonalKind | null
}

/** The user as far as anything is known of them. */
export interface TracedUser {
  readonly id: UserId
  readonly row: Readonly<Record<string, unknown>> | null
  readonly known: Readonly<Record<string, unknown>>
}

/** Each value once, the id first. */
export function identifiersOf(
  program: Program,
  schema: KnownSchema,
  { id, row, known }: TracedUser,
): readonly Identifier[] {
  const all = [
    identifier('id', String(id), 'id'),
    ...inRow(program, schema, row ?? {}),
    ...Object.entries(known).flatMap(([name, value]) =>
      isNobodys(value) || value instanceof Date
        ? []
        : [identifier(name, String(value), kindOf(program, schema, name))],
    ),
  ]
  const seen = new Map<string, Identifier>()
  for (const one of all) if (!seen.has(one.text)) seen.set(one.text, one)
  return [...seen.values()].slice(0, MOST)
}

/** A user row that lists more than that is no user's. */
const MOST = 100

/** A short value, or a number, is that of many things. */
function identifier(name: string, text: string, kind: Identifier['kind']): Identifier {
  return { name, text, kind, isTelling: text.length >= 8 && !/^-?\d+$/.test(text) }
}

function inRow(
  program: Program,
  schema: KnownSchema,
  row: Readonly<Record<string, unknown>>,
): readonly Identifier[] {
  const { user } = program
  const nameOf = (column: string): string =>
    Object.keys(user.fields).find((field) => user.fields[field] === column) ?? column
  return Object.entries(row).flatMap(([column, value]) => {
    if (column === user.id || column === user.tenant) return []
    return leavesOf(value, [column]).flatMap(({ path, text }) => {
      const place = path.filter((step) => step !== null).join('.')
      const kind = identifying(program, schema, place, text)
      if (kind === null) return []
      const name = path.length === 1 ? nameOf(column) : (spelt(path) ?? column)
      return [identifier(name, text, kind === 'unique' ? null : kind)]
    })
  })
}

/** Kinds of which a person has a value that others have not. */
const OWN_KINDS: ReadonlySet<PersonalKind> = new Set(['email', 'phone', 'document', 'account'])
/** Names that are given to one person alone, in one host at least. */
const LOGINS: readonly string[] = [
  ...['username', 'user name', 'login', 'handle', 'screen name', 'nickname', 'account name'],
]

function identifying(
  program: Program,
  schema: KnownSchema,
  place: string,
  text: string,
): PersonalKind | 'unique' | null {
  const { user } = schema
  const column = columnAt(schema, place)
  const kind = personalKind(schema, user, column, true)
  const isTelling = identifier(place, text, null).isTelling
  if (kind !== null && OWN_KINDS.has(kind)) return kind === 'account' && !isTelling ? null : kind
  if (saysOneOf(wordsOf(place), LOGINS)) return kind ?? 'name'
  if (foreignKeysOn(user, place).length > 0) return null
  const isUnique = user.unique.includes(place)
  if (kind === 'name' && (isUnique || isLookedFor(program, place))) return kind
  if (isLookedFor(program, place)) return kind ?? 'unique'
  return isUnique && isTelling ? 'unique' : null
}

/** Rules find rows by it, so it is the person's own. */
function isLookedFor({ user, steps }: Program, column: string): boolean {
  return steps
    .flatMap(selectorsOf)
    .flatMap(leafFields)
    .some((field) => field !== 'id' && user.fields[field] === column)
}

function kindOf({ user }: Program, schema: KnownSchema, name: string): PersonalKind | null {
  const place = user.fields[name] ?? name
  return personalKind(schema, schema.user, columnAt(schema, place), true) ?? personalKindOf(name)
}

function columnAt({ user }: KnownSchema, place: string): KnownColumn {
  return user.columns.find(({ name }) => name === place) ?? { name: place, type: '', sampled: [] }
}

interface Leaf {
  readonly path: readonly (string | null)[]
  readonly text: string
}

/** Texts and whole numbers, those in documents too. */
function leavesOf(value: unknown, path: Leaf['path']): readonly Leaf[] {
  if (path.length > DEPTH || isNobodys(value)) return inside(value, path)
  if (typeof value === 'string') {
    const document = path.length === 1 ? documentIn(value) : null
    return document === null ? [{ path, text: value }] : inside(document, path)
  }
  const isInteger = typeof value === 'bigint' || Number.isSafeInteger(value)
  return isInteger ? [{ path, text: String(value) }] : []
}

const DEPTH = 6

function inside(value: unknown, path: Leaf['path']): readonly Leaf[] {
  if (path.length > DEPTH || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((one) => leavesOf(one, [...path, null]))
  if (value instanceof Date || value instanceof Uint8Array) return []
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
}

function documentIn(text: string): object | null {
  if (!/^\s*[[{]/.test(text)) return null
  try {
    return JSON.parse(text) as object
  } catch {
    return null
  }
}
