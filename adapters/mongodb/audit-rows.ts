/**
 * Keys for rows of the host's audit log.
 *
 * @module
 */
import type { AuditRow, Program } from '../../src/store.ts'
import type { HostWork } from './change.ts'
import { type BsonTypes, storedId } from './values.ts'

/**
 * A key known before the insert, so that a repeated one is recognized. What the policy calls `_id` is it. The
 * user's id is written as the user table holds it, so that rules find the row like any other.
 */
export function auditRowsWithKeys(
  types: BsonTypes,
  { audit, user }: Program,
  rows: readonly AuditRow[],
): HostWork['auditRows'] {
  const written = (column: string, value: unknown): unknown =>
    audit?.entry[column] === '$userId' ? storedId(types, user.idType, value, null) : value
  return rows.map(({ table, values: { _id = null, ...values } }) => ({
    table,
    values: Object.fromEntries(
      Object.entries(values).map(([column, value]) => [column, written(column, value)]),
    ),
    id: _id ?? types.objectId(crypto.randomUUID().replaceAll('-', '').slice(0, 24)),
  }))
}
