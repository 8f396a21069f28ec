/**
 * How rows are addressed: by the row id, or by the primary key where there is none.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { TableSchema } from '../../../src/program/schema.ts'
import type { RowKey } from '../../sql/dialect.ts'

const ROW_ID_NAMES = ['rowid', '_rowid_', 'oid']

/**
 * A row id under a name that no column of the table hides; the primary key in a table without row ids, and where
 * columns have all of its names.
 */
export function rowKeyOf(table: TableSchema | undefined): RowKey {
  if (table?.withoutRowId) return exactKey(table)
  const taken = new Set(table?.columns?.map(({ name }) => name.toLowerCase()))
  const free = ROW_ID_NAMES.find((name) => !taken.has(name))
  if (free !== undefined) return [free]
  if (table === undefined || table.primaryKey.length === 0) throw noRowKey(table?.name ?? '')
  return exactKey(table)
}

/** Where the key compares otherwise than its columns do, a value of them may stand for several rows. */
function exactKey(table: TableSchema): RowKey {
  const { name, primaryKey, indexes = [] } = table
  const isOf = (keys: readonly string[], isSame: (key: string, column: string) => boolean) =>
    keys.length === primaryKey.length &&
    keys.every((key, place) => isSame(key, primaryKey[place] ?? ''))
  const isExact = indexes.some(({ keys }) => isOf(keys, (key, column) => key === column))
  const isOther = indexes.some(
    ({ keys, unique }) =>
      unique && isOf(keys, (key, column) => key.split(' COLLATE ')[0] === column),
  )
  if (isOther && !isExact) throw noRowKey(name)
  return primaryKey
}

function noRowKey(table: string): UserDeletionError {
  return new UserDeletionError(
    'schema_mismatch',
    `The rows of "${table}" cannot be told apart: columns take all names of the row id and there is no primary key, or it compares otherwise than its columns do. Give the table a key in the collation of its columns, or name the columns otherwise.`,
    { details: { table } },
  )
}
