/** Clauses of the contract that need columns without a fixed type, which PostgreSQL does not have. */
import type { it as testIt } from 'node:test'
import type { ContractRunner } from '../../../src/testing/index.ts'

/** Clauses for columns that keep texts and numbers side by side. A column of PostgreSQL has one type. */
const OF_UNTYPED_COLUMNS: ReadonlySet<string> = new Set([
  // 9 and '9' are two users there, and would be one value of this column.
  'where the user table holds ids of both types, each names its own user and nobody else',
  // A text that is no integer is an `invalid_id` where users have integers: the column says so.
  'what names nobody is not found, in any type',
  // They write a number where they have found a text: the check finds it, and the database refuses it.
  '`$atMs` in a rule is written as it is meant, and is no residue',
  '`$atSeconds` in a rule is written as it is meant, and is no residue',
  'at the end of a retention the instant is that of the end',
])

/** Skips those by name, so that what is left out shows. */
export function ofTypedColumns(it: typeof testIt): ContractRunner['it'] {
  return (name, clause) => it(name, { skip: OF_UNTYPED_COLUMNS.has(name) }, clause)
}
