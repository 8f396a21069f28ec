/**
 * Columns that may hold anything: documents, and what somebody has written.
 *
 * @module
 */
import { saysOneOf, wordsOf } from '../words/name-words.ts'
import type { KnownColumn, KnownTable } from './known-table.ts'
import { isEmail } from './personal-columns.ts'
import { valueKindOf } from './value-kind.ts'

/** Whether it may hold anything: a document, or what somebody has written. */
export function isFreeForm(table: Pick<KnownTable, 'checks'>, column: KnownColumn): boolean {
  if (['flag', 'moment', 'fraction', 'small', 'integer'].includes(valueKindOf(column))) return false
  const { name, type } = column
  return isDocument(table, column) || /blob/i.test(type) || saysOneOf(wordsOf(name), WRITTEN)
}

/** Whether it holds documents, by its type, by a CHECK or by its name. */
export function isDocument({ checks }: Pick<KnownTable, 'checks'>, column: KnownColumn): boolean {
  const kind = valueKindOf(column)
  if (kind === 'json') return true
  if (kind !== 'text' && kind !== 'any') return false
  const { name } = column
  const isChecked = checks.some((one) => /json_valid/i.test(one) && mentions(one, name))
  return isChecked || (column.sampled.length === 0 && DOCUMENTS.has(wordsOf(name).at(-1) ?? ''))
}

function mentions(condition: string, name: string): boolean {
  return condition.toLowerCase().includes(name.toLowerCase())
}

/** Of a text; `metadata` and `data` are settings as often. */
const DOCUMENTS: ReadonlySet<string> = new Set(['payload', 'json'])
const WRITTEN: readonly string[] = [
  ...['metadata', 'meta', 'data', 'payload', 'json', 'context', 'detail', 'attribute', 'property'],
  ...['extra', 'body', 'content', 'message', 'text', 'note', 'comment', 'description', 'value'],
]

/**
 * Whether somebody is addressed there: an e-mail, or the `identifier` that a link or code was sent to, with what was
 * sent beside it.
 */
export function isAddressOfUser(
  { columns }: Pick<KnownTable, 'columns'>,
  column: KnownColumn,
): boolean {
  if (isEmail(column)) return true
  if (wordsOf(column.name).join(' ') !== 'identifier') return false
  return columns.some(({ name }) => saysOneOf(wordsOf(name), SENT))
}

const SENT: readonly string[] = ['token', 'code', 'secret', 'hash', 'value', 'otp']
