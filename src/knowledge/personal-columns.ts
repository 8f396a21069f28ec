/**
 * What of a person a column holds, by its type and its name.
 *
 * @module
 */
import { mayBePersonal, type PersonalKind, personalKindOf } from '../words/column-names.ts'
import { wordsOf } from '../words/name-words.ts'
import type { KnownColumn, KnownSchema, KnownTable } from './known-table.ts'
import { foreignKeysOn } from './user-references.ts'
import { type ValueKind, valueKindOf } from './value-kind.ts'

/**
 * `null` where nothing suggests a person, or the type rules it out: a flag holds no address, a number no name, and a
 * key into another table what stands there.
 *
 * @param inRowsOfPeople Rows that are somebody's say more of them than others: a `city`, a `country`.
 */
export function personalKind(
  schema: Pick<KnownSchema, 'tables'>,
  table: KnownTable,
  column: KnownColumn,
  inRowsOfPeople: boolean,
): PersonalKind | null {
  const kind = personalKindOf(column.name, inRowsOfPeople)
  if (kind === null || !TAKES[kind].includes(valueKindOf(column))) return null
  if (isSwitch(column)) return null
  return isOfOtherTable(schema, table, column) ? null : kind
}

/** Whether it may say something of a person, which is more than what seems to hold one. */
export function maySayOfPerson(column: KnownColumn): boolean {
  const words = wordsOf(column.name)
  if (['at', 'count', 'verified', 'enabled', 'id'].includes(words.at(-1) ?? '')) return false
  if (valueKindOf(column) === 'flag' || isSwitch(column)) return false
  const kind = personalKindOf(column.name, true)
  if (kind !== null) return TAKES[kind].includes(valueKindOf(column))
  return mayBePersonal(column.name)
}

/** Whether it holds an address by which somebody is written to. */
export function isEmail({ name, ...column }: KnownColumn): boolean {
  const words = wordsOf(name)
  const isNamed = words.some((word) => word === 'email' || word === 'mail')
  const isLast = ['email', 'mail', 'address'].includes(words.at(-1) ?? '')
  return isNamed && isLast && TAKES.email.includes(valueKindOf({ name, ...column }))
}

export function isPhone({ name, ...column }: KnownColumn): boolean {
  const words = wordsOf(name)
  const isNamed = words.some((word) => word === 'phone' || word === 'mobile')
  const isLast = ['phone', 'mobile', 'number'].includes(words.at(-1) ?? '')
  return isNamed && isLast && TAKES.phone.includes(valueKindOf({ name, ...column }))
}

/** A number under the name of a question: `has_password`, `hide_email`. */
function isSwitch(column: KnownColumn): boolean {
  const kind = valueKindOf(column)
  return (kind === 'integer' || kind === 'small') && SWITCHES.has(wordsOf(column.name)[0] ?? '')
}

function isOfOtherTable(
  { tables }: Pick<KnownSchema, 'tables'>,
  table: KnownTable,
  { name }: KnownColumn,
): boolean {
  return foreignKeysOn(table, name).some(({ columns, references }) => {
    const referred = references.columns[columns.indexOf(name)]
    const there = tables.get(references.table)?.columns.find((one) => one.name === referred)
    return there === undefined || personalKindOf(there.name, true) === null
  })
}

const SWITCHES: ReadonlySet<string> = new Set(
  'is has can may allow allowed permit hide show enable disable require use need notify send skip force'.split(
    ' ',
  ),
)

const TEXTS: readonly ValueKind[] = ['text', 'any', 'json']
const DIGITS: readonly ValueKind[] = [...TEXTS, 'integer']
const BYTES: readonly ValueKind[] = [...TEXTS, 'bytes']

const TAKES: Readonly<Record<PersonalKind, readonly ValueKind[]>> = {
  name: TEXTS,
  email: TEXTS,
  phone: [...DIGITS, 'fraction'],
  address: DIGITS,
  ip: [...DIGITS, 'bytes'],
  device: BYTES,
  token: BYTES,
  birth: [...DIGITS, 'moment'],
  document: [...DIGITS, 'bytes'],
  account: DIGITS,
  picture: BYTES,
  place: [...DIGITS, 'fraction', 'small'],
  trait: [...DIGITS, 'small', 'fraction'],
}
